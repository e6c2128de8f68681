select schedule_id, account_id, system_id, connection_id, job, next_due, is_on, is_unfinished, webhooks_work, settings,
       coalesce(%(now)s, now()) as at
from due_schedules(coalesce(%(now)s, now()), %(most)s)
