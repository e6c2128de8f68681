-- Whoever adds it makes its webhook at the shop right after: it is looked at when that is done.
with added as (
  insert into subscriptions (account_id, system_id, public_id, topic, external_id, secrets)
  values (current_account(), %(system)s, %(public_id)s, %(topic)s, %(external_id)s, %(secrets)s::bytea[])
  returning id, account_id, system_id
),
watched as (
  insert into schedules (account_id, system_id, job, next_due)
  select account_id, system_id, 'webhooks', now() + interval '5 minutes' from added
  on conflict do nothing
)
select id from added
