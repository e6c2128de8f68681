insert into connections (account_id, kind, name, source_system_id, target_system_id)
values (current_account(), %(kind)s, %(name)s, %(source)s, %(target)s)
returning id
