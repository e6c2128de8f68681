select note_recovery(%(account)s, %(systems)s)
