select id, system_id, public_id, topic, external_id, secrets from subscriptions order by id
