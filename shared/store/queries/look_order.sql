-- An order by the number that people see, or by the shop's own id (`by_number` is false then), in each connection.
select t.id, c.name as connection, t.source_id, t.source_number,
       coalesce(t.source_number, t.source_id) = %(order)s as by_number,
       t.state::text, t.reason, t.version, t.handled_version, t.owner_asked, t.is_waived, t.ignored_why, t.failures,
       t.next_attempt_at, t.created_at, t.updated_at, t.source_modified_at, c.active as is_on,
       c.active_since is not null as was_on, (
         select g.name from routes r join connections g on g.id = r.connection_id
         where r.system_id = s.id and r.source_type = t.source_type and r.source_id = t.source_id
           and exists (select from connections o
                       where o.source_system_id = s.id and o.kind = c.kind and o.id <> c.id)) as goes_by,
       s.id as source_system, s.name as source, s.kind as source_kind, s.active as source_is_on,
       s.broken_reason as source_broken, (
         select r.blocked_until from budgets r
         where r.account_id = t.account_id and r.system_id = s.id and r.blocked_until > now()) as source_rests_until,
       b.id as target_system, b.name as target, b.kind as target_kind, b.active as target_is_on,
       b.broken_reason as target_broken, (
         select r.blocked_until from budgets r
         where r.account_id = t.account_id and r.system_id = b.id and r.blocked_until > now()) as target_rests_until
from transfers t
join connections c on c.id = t.connection_id
join systems s on s.id = c.source_system_id
join systems b on b.id = c.target_system_id
where t.account_id = current_account() and t.source_type = 'order'
  and (t.source_number = %(order)s or t.source_id = %(order)s)
  and (%(connection)s::text is null or c.name = %(connection)s)
order by t.id
