select id, kind, role, name, broken_reason, broken_at from systems order by id
