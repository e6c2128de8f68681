update subscriptions set secrets = array[%(secret)b::bytea, secrets[1]] where public_id = %(public_id)s
