update systems set rounding = %(ways)s where account_id = current_account() and id = %(system)s
