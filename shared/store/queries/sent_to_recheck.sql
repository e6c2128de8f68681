-- The orders of a connection whose newest document was made in [since, until), and what the books answered with. Who has
-- a new document was touched then: so documents of long ago need not be looked up.
select t.id, t.source_id, coalesce(t.source_number, t.source_id) as number, d.answered_total as total, d.currency
from transfers t
join lateral (
  select x.answered_total, x.currency, x.created_at from documents x
  where x.transfer_id = t.id and x.state in ('draft', 'booked')
  order by x.id desc limit 1) d on d.created_at >= %(since)s and d.created_at < %(until)s
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.state <> 'held' and t.ignored_why is null and t.reason <> all(%(gone)s)
  and t.id > %(after)s and t.updated_at >= %(since)s
order by t.id
limit %(most)s
