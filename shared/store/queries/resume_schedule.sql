-- It is to be planned, as one that is new.
update schedules set paused_at = null, paused_why = null, next_due = 'epoch'
where id = %(schedule)s and paused_at is not null
returning id
