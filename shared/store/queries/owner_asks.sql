update transfers t
set state = case when t.state = 'working' then t.state when c.active then 'waiting' else 'held' end,
    owner_asked = true, version = t.version + 1, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
from connections c
where t.account_id = current_account() and t.id = %(transfer)s and c.id = t.connection_id
returning t.id
