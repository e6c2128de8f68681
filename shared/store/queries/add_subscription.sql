insert into subscriptions (account_id, system_id, public_id, topic, external_id, secrets)
values (current_account(), %(system)s, %(public_id)s, %(topic)s, %(external_id)s, %(secrets)s::bytea[])
returning id
