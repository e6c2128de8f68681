select send_again(%(account)s, %(transfer)s, %(token)s, make_interval(secs => %(lease)s), %(document)s)
