-- When these orders of a shop were made, as it says now: they were told of without that, or it was set anew by hand.
update transfers t set source_created_at = u.made
from unnest(%(ids)s::text[], %(moments)s::timestamptz[]) as u (id, made), connections c
where t.account_id = current_account() and t.source_type = 'order' and t.source_id = u.id
  and c.id = t.connection_id and c.source_system_id = (select o.source_system_id from connections o where o.id = %(connection)s)
  and t.source_created_at is distinct from u.made
