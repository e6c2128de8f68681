select verdict, external_id, request, idempotency_key, extract(epoch from first_sent)::float8,
       extract(epoch from last_sent)::float8
from guard(%(account)s, %(system)s, %(kind)s, %(key)s, %(holder)s, make_interval(secs => %(hold)s), %(request)b,
           %(idempotency_key)s)
