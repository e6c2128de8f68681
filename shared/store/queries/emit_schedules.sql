select emit_schedules(%(schedules)s, %(dues)s, %(nexts)s, %(runs)s)
