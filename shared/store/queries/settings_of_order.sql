-- What the owner chose last for the connection of an order.
select coalesce(s.settings, '{}')
from transfers t
join connections c on c.id = t.connection_id
left join connection_settings s on s.connection_id = c.id and s.version = c.settings_version
where t.account_id = current_account() and t.id = %(transfer)s
