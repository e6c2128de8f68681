-- The orders of a connection that have nothing in the books yet, through none of their shop's, oldest first; not those
-- that the owner wants left alone.
select t.id, coalesce(t.source_number, t.source_id) as number, t.source_id, s.kind as shop
from transfers t
join connections c on c.id = t.connection_id
join systems s on s.id = c.source_system_id
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.state in ('waiting', 'held', 'skipped', 'failed') and t.ignored_why is null
  and coalesce(t.source_modified_at, t.created_at) >= coalesce(%(since)s::timestamptz, '-infinity')
  and not exists (
    select from connections o
    join documents d on d.connection_id = o.id and d.source_type = t.source_type and d.source_id = t.source_id
    where o.source_system_id = c.source_system_id and d.sub_id = '' and d.state in ('planned', 'draft', 'booked')
      and (d.first_sent_at is not null or d.origin <> 'sent'))
order by t.id
