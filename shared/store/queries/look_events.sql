-- What a shop said about one order, oldest first; of one that is not open, only as far as the
-- account looks back.
select e.id, e.received_at, e.origin::text, e.kind::text, e.topic, e.delivery_id, e.source_number, e.source_modified_at,
       e.reason, octet_length(e.body) as size, case when %(bodies)s then e.body end as body
from events e
where e.system_id = %(system)s and e.source_type = 'order' and e.source_id = %(source_id)s
  and (e.received_at >= (select shown_since()) or exists (
    select from connections c
    join transfers t on t.account_id = c.account_id and t.connection_id = c.id and t.source_type = 'order'
      and t.source_id = %(source_id)s and shopledger.is_open(t.state, t.reason)
    where c.source_system_id = %(system)s))
order by e.id
