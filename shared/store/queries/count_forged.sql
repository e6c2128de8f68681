select count_forged(%s, %s)
