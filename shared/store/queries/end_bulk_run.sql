select end_bulk_run(%(account)s, %(run)s, %(token)s, %(state)s, %(wait)s * interval '1 second', %(failures)s, %(problem)s)
