update systems set webhooks_work = %(work)s where id = %(system)s and webhooks_work <> %(work)s
