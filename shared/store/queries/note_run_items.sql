select note_run_items(%(account)s, %(run)s, %(token)s, %(sources)s, %(numbers)s, %(outcome)s, %(reason)s)
