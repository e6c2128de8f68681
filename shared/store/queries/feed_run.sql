select feed_run(%(account)s, %(run)s, %(token)s, %(transfers)s, %(most)s, %(fetch)s, %(owner_asked)s, %(is_imported)s,
                %(unless_sent)s)
