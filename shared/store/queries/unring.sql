select unring(%(accounts)s, %(transfers)s)
