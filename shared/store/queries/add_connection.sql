with added as (
  insert into connections (account_id, kind, name, source_system_id, target_system_id)
  values (current_account(), %(kind)s, %(name)s, %(source)s, %(target)s)
  returning account_id, id, source_system_id, kind
),
scheduled as (
  insert into schedules (account_id, system_id, connection_id, job)
  select a.account_id, a.source_system_id, a.id, j.job
  from added a cross join (values ('poll'), ('recheck')) as j (job)
  where a.kind = 'orders'
)
select id from added
