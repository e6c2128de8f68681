-- Orders of these numbers that the connection knows; a number may be of several.
select source_number, source_id from transfers
where account_id = current_account() and connection_id = %(connection)s and source_type = 'order'
  and source_number = any(%(numbers)s)
order by id
