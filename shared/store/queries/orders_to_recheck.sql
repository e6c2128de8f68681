-- The orders of a connection that are not in the books and may still go, made known since then, in the order in which they
-- were. What a switch holds, what its owner wants left alone and what another connection takes is left alone.
select t.id, t.source_id, coalesce(t.source_number, t.source_id) as number
from transfers t
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.state in ('skipped', 'failed') and t.ignored_why is null and t.reason <> all(%(settled)s)
  and t.created_at >= %(since)s and t.created_at < %(until)s
  and (t.is_imported or coalesce(t.source_created_at, 'infinity') >= coalesce(date_trunc('second', %(start)s::timestamptz), '-infinity'))
  and t.id > %(after)s
  and not exists (select from documents d where d.transfer_id = t.id and d.state in ('draft', 'booked'))
order by t.id
limit %(most)s
