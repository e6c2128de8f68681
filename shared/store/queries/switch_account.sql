update accounts set active = %(on)s where id = current_account()
