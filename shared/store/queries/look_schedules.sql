-- When each job of an account comes, how its latest run went, and whether somebody is late:
--   nobody_emits  its time is past, and no scheduler came
--   nobody_takes  its message went out, and no worker came
select s.id as schedule_id, s.account_id, s.system_id, s.connection_id, s.job, s.next_due,
       y.active and a.active and (c.id is null or is_on(c)) as is_on,
       s.began_at is not null and (s.ended_at is null or s.problem <> '') as is_unfinished, y.webhooks_work, k.settings, now() as at,
       coalesce(c.name, y.name) as name, y.name as system, s.lease_until > now() as is_running, s.began_at, s.ended_at,
       s.found, s.sent, s.skipped, s.failed, s.problem, s.troubled_since, s.report, s.paused_at, s.paused_why,
       s.paused_at is null and s.next_due > 'epoch' and s.next_due < now() - make_interval(secs => %(late)s) as nobody_emits,
       s.rung_at is not null and s.due < now() - make_interval(secs => %(late)s) as nobody_takes
from schedules s
join systems y on y.id = s.system_id
join accounts a on a.id = s.account_id
left join connections c on c.id = s.connection_id
left join connection_settings k on k.connection_id = c.id and k.version = c.settings_version
order by y.id, c.id nulls first, array_position(array['webhooks', 'poll', 'recheck'], s.job)
