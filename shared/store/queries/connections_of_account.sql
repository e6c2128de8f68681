select c.id, c.kind, c.name, c.source_system_id, c.target_system_id, c.active, coalesce(s.settings, '{}')
from connections c
left join connection_settings s on s.connection_id = c.id and s.version = c.settings_version
order by c.id
