-- What was sent and never answered is given up: what goes now goes under a new reference and a new key.
with given_up as (
  update documents set state = 'gone', updated_at = now()
  where account_id = current_account() and transfer_id = %(transfer)s and state = 'planned'
)
update transfers t
set state = case when c.active then 'waiting' else 'held' end::transfer_state, version = t.version + 1, failures = 0,
    rung_at = null, next_attempt_at = null, updated_at = now()
from connections c
where t.account_id = current_account() and t.id = %(transfer)s and t.state <> 'working' and c.id = t.connection_id
returning t.id
