select s.version, s.settings, s.created_by as by, s.created_at as at, s.version = c.settings_version as is_in_use
from connection_settings s
join connections c on c.id = s.connection_id
where s.account_id = current_account() and s.connection_id = %(connection)s and s.version = %(version)s
