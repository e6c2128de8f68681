select mark_dead_letter(%(account)s, %(transfer)s, %(queue)s, %(message)s, %(words)s, %(error)s)
