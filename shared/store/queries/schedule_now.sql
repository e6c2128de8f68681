-- Nothing for one that is paused.
update schedules set next_due = now() where id = %(schedule)s and paused_at is null returning id
