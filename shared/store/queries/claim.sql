select * from claim(%(account)s, %(transfer)s, %(token)s, make_interval(secs => %(lease)s))
