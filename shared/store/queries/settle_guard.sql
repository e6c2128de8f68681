select settle_guard(%(account)s, %(system)s, %(kind)s, %(key)s, %(holder)s, %(external_id)s, %(unsent)s,
                    %(open)s)
