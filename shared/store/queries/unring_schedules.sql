select unring_schedules(%(schedules)s)
