select forget_guard(%(account)s, %(system)s, %(kind)s, %(key)s, %(external_id)s)
