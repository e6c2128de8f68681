-- What the old ones broke is mended: its alarms end, it need not rest any more, and what waited goes on.
with mended as (
  update alarms set resolved_at = now()
  where system_id = %(system)s and subscription_id is null and resolved_at is null
),
rested as (
  update budgets set troubles = 0, blocked_until = null, blocked_by = null
  where account_id = current_account() and system_id = %(system)s
),
woken as (
  update transfers t set next_attempt_at = null, updated_at = now()
  from connections c
  where t.account_id = current_account() and t.state = 'waiting' and t.next_attempt_at is not null
    and c.id = t.connection_id and %(system)s in (c.source_system_id, c.target_system_id)
)
update systems set credentials = %(credentials)s, broken_reason = null, broken_at = null
where id = %(system)s and account_id = current_account()
returning id
