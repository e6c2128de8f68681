-- A share of a connection's orders that were made in [after, before), are believed to be in the shop, and that a recheck
-- looks at for no other reason: neither open, nor on their way, nor sent since, nor another connection's.
select t.id, t.source_id, coalesce(t.source_number, t.source_id) as number
from transfers t
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.source_created_at >= %(made_after)s and t.source_created_at < %(made_before)s
  and t.id %% %(shares)s = %(share)s and t.id > %(after)s
  and t.reason <> all(%(gone)s) and t.reason <> 'routed_elsewhere' and t.state not in ('waiting', 'working')
  and (t.state not in ('skipped', 'failed') or t.ignored_why is not null or t.reason = any(%(settled)s)
       or exists (select from documents d where d.transfer_id = t.id and d.state in ('draft', 'booked')))
  and not exists (
    select from documents d
    where d.transfer_id = t.id and d.state in ('draft', 'booked') and d.created_at >= %(sent_since)s)
order by t.id
limit %(most)s
