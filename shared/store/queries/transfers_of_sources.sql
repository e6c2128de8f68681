select id, source_id from transfers
where account_id = current_account() and connection_id = %(connection)s and source_type = 'order' and source_id = any(%(sources)s)
