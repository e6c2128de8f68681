-- Makes a connection's recheck due now, for whoever asks to begin it himself; nothing while it goes on elsewhere.
update schedules
set due = clock_timestamp(), rung_at = clock_timestamp(), lease_token = null, lease_until = null
where account_id = current_account() and connection_id = %(connection)s and job = 'recheck'
  and (rung_at is null or rung_at < clock_timestamp() - interval '5 minutes')
  and coalesce(lease_until, '-infinity') <= clock_timestamp()
returning id, due
