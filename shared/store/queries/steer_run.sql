select steer_run(current_account(), %(run)s, %(wish)s, %(by)s)
