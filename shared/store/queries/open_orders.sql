-- A connection's orders that are not in the books and may still go, or all of the account's; those that came first are
-- first. `last_reason` and `says`: what the last try that ended said of it. `counts`: all of them by reason, on each row.
with open as materialized (
  select t.id, t.reason, t.created_at
  from transfers t
  where t.account_id = current_account() and t.source_type = 'order'
    and (%(connection)s::text is null or t.connection_id in (select id from connections where name = %(connection)s))
    and t.state in ('skipped', 'failed') and t.ignored_why is null and t.reason <> all(%(settled)s)
    and not exists (select from documents d where d.transfer_id = t.id and d.state in ('draft', 'booked'))
),
first as (
  select id from open order by created_at, id limit %(most)s
)
select c.name as connection, coalesce(t.source_number, t.source_id) as number, t.state::text, t.reason,
       coalesce(t.source_created_at, t.created_at) as since, coalesce(l.reason, '') as last_reason,
       convert_from(coalesce(l.body, ''), 'UTF8') as says,
       (select jsonb_object_agg(o.reason, o.many) from (select reason, count(*) as many from open group by reason) o) as counts
from first f
join transfers t on t.account_id = current_account() and t.id = f.id
join connections c on c.id = t.connection_id
left join lateral (
  select s.reason, s.body from attempts a join attempt_stages s on s.attempt_id = a.id and s.stage = 'ended'
  where a.transfer_id = t.id
  order by a.id desc, s.at desc limit 1) l on true
order by t.created_at, t.id
