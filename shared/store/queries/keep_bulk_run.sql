select verdict, unfinished
from keep_bulk_run(%(account)s, %(run)s, %(token)s, %(lease)s * interval '1 second', %(cursor)s, %(is_whole)s)
