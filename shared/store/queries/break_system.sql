select break_system(%(account)s, %(system)s, %(reason)s, %(detail)s)
