select unring_schedules(%(schedules)s, %(dues)s)
