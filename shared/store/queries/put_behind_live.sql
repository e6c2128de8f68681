-- What was raised in this transaction goes behind live orders, as those of a bulk run.
update transfers t
set is_bulk = true
from connections c
where c.source_system_id = %(system)s and t.account_id = c.account_id and t.connection_id = c.id
  and t.source_type = 'order' and t.source_id = %(source_id)s and t.state = 'waiting' and t.updated_at = now()
