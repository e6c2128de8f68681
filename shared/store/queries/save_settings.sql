with raised as (
  update connections set settings_version = settings_version + 1
  where id = %(connection)s
  returning account_id, id, settings_version
),
planned_anew as (
  update schedules set next_due = 'epoch' where connection_id in (select id from raised) and next_due > now()
)
insert into connection_settings (account_id, connection_id, version, settings, created_by)
select account_id, id, settings_version, %(settings)s::jsonb, %(by)s from raised
returning version
