-- What a shop told us, by the id of the event, at most so many behind `after`; nulls filter nothing. An order is named by
-- its number or by the shop's own id.
with named as (
  select t.source_type, t.source_id
  from transfers t join connections c on c.id = t.connection_id
  where t.account_id = current_account() and c.source_system_id = %(system)s
    and (t.source_number = any(%(numbers)s::text[]) or t.source_id = any(%(numbers)s::text[]))
)
select e.id, e.received_at, e.system_id as system, s.kind as system_kind, e.origin::text, e.kind::text, e.topic, e.delivery_id,
       e.source_type, e.source_id, e.source_number, e.source_modified_at, e.reason, e.body
from events e join systems s on s.id = e.system_id
where e.account_id = current_account() and e.system_id = %(system)s and e.id > %(after)s
  and (%(since)s::timestamptz is null or e.received_at >= %(since)s)
  and (%(before)s::timestamptz is null or e.received_at < %(before)s)
  and (%(numbers)s::text[] is null or e.source_number = any(%(numbers)s)
       or (e.source_type, e.source_id) in (select n.source_type, n.source_id from named n))
order by e.id
limit %(most)s
