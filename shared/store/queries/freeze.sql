select verdict, document_id, elsewhere
from freeze(%(account)s, %(transfer)s, %(token)s, make_interval(secs => %(lease)s), %(version)s, %(kind)s,
            %(generation)s, %(reference)s, %(key)s, %(request)b, %(currency)s, %(total)s, %(is_to_be_booked)s, %(supersedes)s,
            %(expected)s)
