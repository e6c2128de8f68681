select end_run(%(account)s, %(schedule)s, %(token)s, %(cursor)s, %(found)s, %(sent)s, %(skipped)s, %(failed)s,
               %(problem)s, %(report)s, %(again)s * interval '1 second')
