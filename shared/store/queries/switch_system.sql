update systems set active = %(on)s where account_id = current_account() and id = %(system)s
