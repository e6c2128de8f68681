-- An earlier version becomes the newest once more, as a row of its own; nothing where another one is in use than was shown.
with raised as (
  update connections c
  set settings_version = c.settings_version + 1
  from connection_settings s
  where c.id = %(connection)s and c.settings_version = %(shown)s
    and s.account_id = current_account() and s.connection_id = c.id and s.version = %(version)s
  returning c.account_id, c.id, c.settings_version, s.settings
),
planned_anew as (
  update schedules set next_due = 'epoch' where connection_id in (select id from raised) and next_due > now()
)
insert into connection_settings (account_id, connection_id, version, settings, created_by)
select account_id, id, settings_version, settings, %(by)s from raised
returning version
