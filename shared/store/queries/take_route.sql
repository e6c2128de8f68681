-- Null, or the name of the connection that has a document of the order.
select take_route(t.account_id, t.connection_id, t.source_type, t.source_id)
from transfers t
where t.account_id = current_account() and t.id = %(transfer)s
