select refreeze(%(account)s, %(transfer)s, %(token)s, make_interval(secs => %(lease)s), %(version)s, %(document)s, %(key)s,
                %(request)b, %(currency)s, %(total)s, %(expected)s)
