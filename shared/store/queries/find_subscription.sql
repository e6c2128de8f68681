select account_id, system_id, subscription_id, kind, topic, secrets from find_subscription(%s)
