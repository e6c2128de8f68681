select run_id, account_id, connection_id, kind, what from due_bulk_runs(%(older)s * interval '1 second', %(most)s)
