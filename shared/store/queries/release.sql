-- What a connection holds waits for its turn again; nothing where a switch is off.
with held as (
  select t.id
  from transfers t
  join connections c on c.id = t.connection_id and is_on(c)
  where t.account_id = current_account() and t.connection_id = %(connection)s and t.state = 'held'
  order by t.id
  for update of t
)
update transfers t
set state = 'waiting', version = t.version + 1, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
from held
where t.account_id = current_account() and t.id = held.id
