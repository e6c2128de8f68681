-- Every poll of a shop; one that is to be planned comes at once anyway.
update schedules set next_due = least(next_due, now())
where account_id = current_account() and system_id = %(system)s and job = 'poll' and paused_at is null and next_due > 'epoch'
