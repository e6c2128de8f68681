-- The orders of a connection that have nothing in the books yet, oldest first; not those that the owner wants left alone.
select t.id, coalesce(t.source_number, t.source_id) as number, t.source_id, s.kind as shop
from transfers t
join connections c on c.id = t.connection_id
join systems s on s.id = c.source_system_id
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.state in ('waiting', 'held', 'skipped', 'failed') and t.ignored_why is null
  and coalesce(t.source_modified_at, t.created_at) >= coalesce(%(since)s::timestamptz, '-infinity')
  and not exists (
    select from documents d
    where d.transfer_id = t.id and d.sub_id = '' and d.state in ('planned', 'draft', 'booked')
      and (d.first_sent_at is not null or d.origin <> 'sent'))
order by t.id
