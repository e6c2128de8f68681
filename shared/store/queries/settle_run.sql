select settle_run(current_account(), %(run)s)
