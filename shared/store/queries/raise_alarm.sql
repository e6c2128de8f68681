call raise_alarm(current_account(), %(system)s, null, %(code)s, %(detail)s)
