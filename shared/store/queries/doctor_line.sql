-- How long, in seconds, the oldest transfer of the account waits for what should take an instant, where it may go at all:
-- to be rung for (the relay), to be taken by a worker, to be freed after its worker was lost (the scheduler). And the dead
-- letters of a week.
select
  extract(epoch from now() - min(t.updated_at) filter (where is_free and t.rung_at is null)) as unrung,
  extract(epoch from now() - min(t.rung_at) filter (where is_free and t.rung_at is not null)) as untaken,
  extract(epoch from now() - min(t.lease_until) filter (where t.state = 'working' and t.lease_until < now())) as unfreed,
  (select count(*) from dead_letters where died_at > now() - interval '7 days') as dead
from (
  select t.*, t.state = 'waiting' and t.next_attempt_at is null
           and c.active and a.active and s.active and b.active and s.broken_at is null and b.broken_at is null
           and not exists (select from budgets r where r.account_id = t.account_id
                           and r.system_id in (s.id, b.id) and r.blocked_until > now()) as is_free
  from transfers t
  join connections c on c.id = t.connection_id
  join accounts a on a.id = t.account_id
  join systems s on s.id = c.source_system_id
  join systems b on b.id = c.target_system_id
  where t.account_id = current_account() and t.state in ('waiting', 'working')
) t
