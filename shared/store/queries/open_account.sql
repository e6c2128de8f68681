select open_account(%(name)s)
