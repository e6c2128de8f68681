-- What a shop said about one order, oldest first.
select e.id, e.received_at, e.origin::text, e.kind::text, e.topic, e.delivery_id, e.source_number, e.source_modified_at,
       e.reason, octet_length(e.body) as size, case when %(bodies)s then e.body end as body
from events e
where e.system_id = %(system)s and e.source_type = 'order' and e.source_id = %(source_id)s
order by e.id
