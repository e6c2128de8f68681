-- Holds what waits behind a switch that is off, in the order in which webhooks and workers lock.
with behind as (
  select t.id
  from transfers t
  join connections c on c.id = t.connection_id
  where t.account_id = current_account() and t.state = 'waiting' and not is_on(c)
  order by t.id
  for update of t
)
update transfers t set state = 'held', updated_at = now()
from behind
where t.account_id = current_account() and t.id = behind.id
