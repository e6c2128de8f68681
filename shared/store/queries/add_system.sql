insert into systems (account_id, kind, role, name)
values (current_account(), %(kind)s, %(role)s, %(name)s)
returning id
