-- Those of the system itself with one of these codes.
update alarms set resolved_at = now()
where account_id = current_account() and system_id = %(system)s and subscription_id is null and code = any(%(codes)s)
  and resolved_at is null
