-- The transfers that a filter leaves, those that changed last first; a null filters nothing. `counts` is the same on each
-- row: all that are left, by state, however many are shown. What is not open, and older than the account looks back, is
-- only seen by its number.
with found as materialized (
  select t.id, t.state, t.updated_at
  from transfers t join connections c on c.id = t.connection_id
  where t.account_id = current_account()
    and (%(connection)s::text is null or c.name = %(connection)s)
    and (%(order)s::text is null or t.source_type = 'order' and coalesce(t.source_number, t.source_id) = %(order)s)
    and (%(states)s::text[] is null or t.state = any(%(states)s::transfer_state[]))
    and (%(reason)s::text is null or t.reason = %(reason)s)
    and (%(since)s::timestamptz is null or t.updated_at >= %(since)s)
    and (shopledger.is_open(t.state, t.reason) or %(order)s::text is not null
         or t.updated_at >= (select shown_since()))
),
newest as (
  select id from found order by updated_at desc, id desc limit %(most)s
)
select t.id, t.source_type, t.source_id, t.source_number, t.state::text, t.reason, t.updated_at, c.name as connection,
       d.kind as document_kind, d.state as document_state, d.place as document_place, d.external_number as document_number,
       d.first_sent_at is not null as document_sent, d.currency, d.total, n.body as normalised,
       (select jsonb_object_agg(s.state, s.many) from (select state, count(*) as many from found group by state) s) as counts
from newest w
join transfers t on t.account_id = current_account() and t.id = w.id
join connections c on c.id = t.connection_id
left join lateral (
  select x.* from documents x
  where x.transfer_id = t.id and x.state in ('planned', 'draft', 'booked')
  order by x.id desc limit 1) d on true
left join lateral (
  select s.body from attempts a join attempt_stages s on s.attempt_id = a.id and s.stage = 'normalised'
  where a.transfer_id = t.id and d.total is null
  order by a.id desc, s.at desc limit 1) n on true
order by t.updated_at desc, t.id desc
