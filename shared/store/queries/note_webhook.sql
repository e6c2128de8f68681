update subscriptions set external_id = %(external_id)s where id = %(subscription)s
