select account_id, system_id, subscription_id, kind, secrets from find_subscription(%s)
