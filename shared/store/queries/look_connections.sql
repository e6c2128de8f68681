-- With their transfers counted by state.
select c.name, c.kind, s.name as source, b.name as target, c.active, c.active_since, c.settings_version,
       coalesce(n.counts, '{}') as counts
from connections c
join systems s on s.id = c.source_system_id
join systems b on b.id = c.target_system_id
left join (
  select g.connection_id, jsonb_object_agg(g.state, g.many) as counts
  from (select connection_id, state, count(*) as many from transfers where account_id = current_account() group by 1, 2) g
  group by 1) n on n.connection_id = c.id
order by c.id
