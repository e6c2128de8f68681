select let_month_go(%(month)s)
