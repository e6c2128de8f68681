select break_system(%(account)s, %(system)s, %(credentials)b, %(reason)s, %(detail)s)
