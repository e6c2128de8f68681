select log_days from accounts where id = current_account()
