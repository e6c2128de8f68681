select record(%(account)s, %(transfer)s, %(token)s, %(version)s, %(attempt)s, %(state)s, %(outcome)s, %(reason)s,
              %(detail)b, make_interval(secs => %(wait)s), %(failures)s, %(document)s,
              %(document_state)s, %(place)s, %(number)s, %(answered)s, %(unsent)s,
              %(open)s, %(event)s, %(stages)s, %(bodies)s)
