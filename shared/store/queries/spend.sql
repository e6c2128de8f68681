select granted, wait_seconds
from spend(%(account)s, %(system)s, %(want)s, %(capacity)s, %(seconds)s, %(left)s)
