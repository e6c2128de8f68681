-- What a connection holds waits for its turn again; nothing where a switch is off. Orders of a paused run wait for a time that
-- never comes, until it is resumed or cancelled.
with held as (
  select t.id
  from transfers t
  join connections c on c.id = t.connection_id and is_on(c)
  where t.account_id = current_account() and t.connection_id = %(connection)s and t.state = 'held'
  order by t.id
  for update of t
)
update transfers t
set state = 'waiting', version = t.version + 1, failures = 0, rung_at = null, updated_at = now(),
    next_attempt_at = case when t.is_bulk and exists (
      select from run_items i join runs r on r.id = i.run_id
      where i.account_id = t.account_id and i.transfer_id = t.id and i.outcome is null and r.state = 'paused')
      then timestamptz '9999-12-01 00:00+00' end
from held
where t.account_id = current_account() and t.id = held.id
