select s.id, s.name, s.kind, s.role, s.active, s.broken_reason, s.broken_at, (
         select b.blocked_until from budgets b
         where b.account_id = s.account_id and b.system_id = s.id and b.blocked_until > now()) as rests_until
from systems s
order by s.role desc, s.id
