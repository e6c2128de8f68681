-- A message that is under way comes to nothing: its run waits for the end of the pause.
update schedules
set paused_at = coalesce(paused_at, now()), paused_why = %(why)s, rung_at = null,
    next_due = case when rung_at is null then next_due else least(next_due, now()) end
where id = %(schedule)s
returning id
