-- What a connection holds waits for its turn again; nothing where a switch is off.
with held as (
  select t.id
  from transfers t
  join connections c on c.id = t.connection_id and c.active
  join systems s on s.id = c.source_system_id and s.active
  join systems b on b.id = c.target_system_id and b.active
  join accounts a on a.id = c.account_id and a.active
  where t.account_id = current_account() and t.connection_id = %(connection)s and t.state = 'held'
  order by t.id
  for update of t
)
update transfers t
set state = 'waiting', version = t.version + 1, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
from held
where t.account_id = current_account() and t.id = held.id
