select note_trouble(%(account)s, %(system)s, %(reason)s, make_interval(secs => %(after)s))
