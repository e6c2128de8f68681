with added as (
  insert into subscriptions (account_id, system_id, public_id, topic, external_id, secrets)
  values (current_account(), %(system)s, %(public_id)s, %(topic)s, %(external_id)s, %(secrets)s::bytea[])
  returning id, account_id, system_id
),
watched as (
  insert into schedules (account_id, system_id, job)
  select account_id, system_id, 'webhooks' from added
  on conflict do nothing
)
select id from added
