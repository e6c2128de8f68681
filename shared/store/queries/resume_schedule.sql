-- It is to be planned, as one that is new; what is due by now, or was put down, comes at once.
update schedules set paused_at = null, paused_why = null, next_due = case when next_due > now() then 'epoch' else next_due end
where id = %(schedule)s and paused_at is not null
returning id
