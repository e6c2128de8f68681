select * from begin_run(%(account)s, %(schedule)s, %(due)s, %(token)s, %(lease)s * interval '1 second')
