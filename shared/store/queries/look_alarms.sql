-- The open ones.
select s.name as system, a.code, a.detail, a.count, a.first_at, a.last_at
from alarms a join systems s on s.id = a.system_id
where a.resolved_at is null
order by a.first_at, a.id
