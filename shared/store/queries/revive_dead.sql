-- Orders whose message nobody could handle wait again, as far as nothing else became of them.
update transfers t
set state = case when is_on(c) then 'waiting' else 'held' end::transfer_state, reason = '', version = t.version + 1, is_bulk = false,
    failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
from connections c
where t.account_id = current_account() and t.id = any(%(transfers)s) and c.id = t.connection_id
  and t.state = 'failed' and t.reason = 'dead_letter'
