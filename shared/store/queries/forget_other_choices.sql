-- What the owner said for other connections of the order's shop counts no more; a worker that has it there goes round again.
update transfers w
set is_waived = false, version = w.version + case when w.state = 'working' then 1 else 0 end, updated_at = now()
from transfers t
join connections mine on mine.id = t.connection_id
join connections c on c.source_system_id = mine.source_system_id and c.kind = mine.kind and c.id <> mine.id
where t.account_id = current_account() and t.id = %(transfer)s
  and w.account_id = t.account_id and w.connection_id = c.id
  and w.source_type = t.source_type and w.source_id = t.source_id and (w.is_waived or w.state = 'working')
