-- What the old ones broke is mended: its alarm ends, and what waited goes on.
with mended as (
  update alarms set resolved_at = now()
  from systems s
  where alarms.system_id = %(system)s and s.id = alarms.system_id and subscription_id is null
    and resolved_at is null and code = s.broken_reason
)
update systems set credentials = %(credentials)s, broken_reason = null, broken_at = null
where id = %(system)s and account_id = current_account()
returning id
