-- The connection that an order goes by looks at it anew, where it left it to others: settings changed since, or it had
-- older news. The shop is asked, so that both know the same.
update transfers w
set state = (case when is_on(c) then 'waiting' else 'held' end)::transfer_state, reason = '', version = w.version + 1,
    needs_fetch = true, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
from transfers t, connections c
where t.account_id = current_account() and t.id = %(transfer)s and c.id = %(goes_by)s
  and w.account_id = t.account_id and w.connection_id = c.id
  and w.source_type = t.source_type and w.source_id = t.source_id
  and w.state = 'skipped' and w.reason in ('routed_elsewhere', 'condition_not_met')
