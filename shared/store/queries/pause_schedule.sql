update schedules set paused_at = coalesce(paused_at, now()), paused_why = %(why)s where id = %(schedule)s returning id
