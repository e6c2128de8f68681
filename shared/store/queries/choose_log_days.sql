update accounts set log_days = %(days)s where id = current_account()
