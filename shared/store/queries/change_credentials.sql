-- What the old ones broke is mended: its alarms end, it need not rest any more, and what waited goes on.
with mended as (
  update alarms set resolved_at = now()
  where system_id = %(system)s and subscription_id is null and resolved_at is null
),
rested as (
  update budgets set troubles = 0, blocked_until = null, blocked_by = null
  where account_id = current_account() and system_id = %(system)s
)
update systems set credentials = %(credentials)s, broken_reason = null, broken_at = null
where id = %(system)s and account_id = current_account()
returning id
