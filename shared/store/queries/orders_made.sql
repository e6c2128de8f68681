-- The orders of a connection that were made in [after, before), by the shop's own word, and are not believed gone.
select t.source_id
from transfers t
join connections c on c.id = t.connection_id
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.source_created_at >= %(after)s and t.source_created_at < %(before)s and t.source_id <> all(%(just_gone)s)
  and (t.source_id = any(%(just_back)s) or not exists (
    select from transfers o join connections x on x.id = o.connection_id
    where o.account_id = t.account_id and x.source_system_id = c.source_system_id and o.source_type = 'order'
      and o.source_id = t.source_id and o.state <> 'held' and o.reason = any(%(gone)s)))
