select progress(%(account)s, %(transfer)s, %(token)s, make_interval(secs => %(lease)s), %(version)s, %(document)s,
                %(state)s, %(place)s, %(number)s, %(answered)s, %(booking_key)s)
