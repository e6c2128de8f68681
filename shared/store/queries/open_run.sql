insert into runs (account_id, connection_id, kind, what, filter, created_by, share, is_dry)
values (current_account(), %(connection)s, %(kind)s, %(what)s, %(filter)s, %(by)s, %(share)s, %(is_dry)s)
returning id
