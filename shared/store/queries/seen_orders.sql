-- Of these orders, those that the connection has: when they were made, and whether any connection believes them gone.
select t.source_id, t.source_created_at, exists (
    select from transfers o join connections x on x.id = o.connection_id
    where o.account_id = t.account_id and x.source_system_id = c.source_system_id and o.source_type = 'order'
      and o.source_id = t.source_id and o.state <> 'held' and o.reason = any(%(gone)s)) as is_gone
from transfers t
join connections c on c.id = t.connection_id
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.source_id = any(%(ids)s)
