-- One event.
select e.id, e.received_at, e.system_id as system, s.kind as system_kind, e.origin::text, e.kind::text, e.topic, e.delivery_id,
       e.source_type, e.source_id, e.source_number, e.source_modified_at, e.reason, e.body
from events e join systems s on s.id = e.system_id
where e.account_id = current_account() and e.id = %(event)s
