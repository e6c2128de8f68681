select * from begin_bulk_run(%(account)s, %(run)s, %(token)s, %(lease)s * interval '1 second')
