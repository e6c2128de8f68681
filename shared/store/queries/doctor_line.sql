-- What should take an instant and has not been done for a while, one row for each connection and kind:
--   unrung   nobody rings for it, though its connection has room; the lowest id is the one whose turn it is
--   untaken  it was rung for, and no worker has anything of its connection in hand
--   unfreed  its worker is gone, and it was not freed
--   unwoken  the time that it waited for has passed
--   dead     it failed because no worker could handle its message (of any age)
-- with how many there are, and the first one's id, version and number.
with here as (
  select t.*, coalesce(t.source_number, t.source_id) as number, c.most_in_flight,
         c.active and a.active and s.active and b.active and s.broken_at is null and b.broken_at is null
           and not exists (select from budgets r where r.account_id = t.account_id
                           and r.system_id in (s.id, b.id) and r.blocked_until > now()) as may_go
  from transfers t
  join connections c on c.id = t.connection_id
  join accounts a on a.id = t.account_id
  join systems s on s.id = c.source_system_id
  join systems b on b.id = c.target_system_id
  where t.account_id = current_account() and t.state in ('waiting', 'working')
),
in_flight as (
  select connection_id, count(*) as many, bool_or(state = 'working' and lease_until > now()) as is_worked_at
  from here
  where state = 'working' or rung_at is not null
  group by connection_id
),
found as (
  select 'unrung' as kind, h.connection_id, h.id, h.version, h.number, h.updated_at as since
  from here h left join in_flight f using (connection_id)
  where h.state = 'waiting' and h.next_attempt_at is null and h.rung_at is null and h.may_go
    and coalesce(f.many, 0) < h.most_in_flight
  union all
  select 'untaken', h.connection_id, h.id, h.version, h.number, h.updated_at
  from here h join in_flight f using (connection_id)
  where h.state = 'waiting' and h.next_attempt_at is null and h.rung_at is not null and h.may_go
    and not f.is_worked_at
  union all
  select 'unfreed', connection_id, id, version, number, lease_until from here where state = 'working'
  union all
  select 'unwoken', connection_id, id, version, number, next_attempt_at from here
  where state = 'waiting' and next_attempt_at is not null
  union all
  select distinct 'dead', t.connection_id, t.id, t.version, coalesce(t.source_number, t.source_id), '-infinity'::timestamptz
  from dead_letters d
  join transfers t on t.account_id = d.account_id and t.id = d.transfer_id
  where t.account_id = current_account() and t.state = 'failed' and t.reason = 'dead_letter'
),
first as (
  select *, count(*) over same as many, row_number() over (same order by id) as place
  from found
  window same as (partition by kind, connection_id)
)
select kind, connection_id, id, version, number, many
from first
where place = 1 and since < now() - make_interval(secs => %(patience)s)
order by kind, connection_id
