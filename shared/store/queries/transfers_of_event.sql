-- Each transfer of what a shop told of, with its connection.
select t.id, c.name as connection, t.state::text, t.reason
from transfers t join connections c on c.id = t.connection_id
where t.account_id = current_account() and c.source_system_id = %(system)s
  and t.source_type = %(source_type)s and t.source_id = %(source_id)s
order by t.id
