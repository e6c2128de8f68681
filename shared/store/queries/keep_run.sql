select keep_run(%(account)s, %(schedule)s, %(token)s, %(lease)s * interval '1 second', %(cursor)s, %(found)s, %(sent)s,
                %(skipped)s, %(failed)s)
