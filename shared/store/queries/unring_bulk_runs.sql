select unring_bulk_runs(%(runs)s)
