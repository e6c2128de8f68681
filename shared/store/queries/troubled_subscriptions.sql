-- Webhooks of a system that an alarm is open about, with its code.
select subscription_id, min(code) from alarms
where account_id = current_account() and system_id = %(system)s and subscription_id is not null and resolved_at is null
group by subscription_id
