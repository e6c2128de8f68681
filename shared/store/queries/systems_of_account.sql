select id, kind, role, name from systems order by id
