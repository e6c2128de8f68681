-- What of an order is in the books, or may be, oldest first; what was planned and never sent does not exist.
select d.id, d.kind, d.state, d.place, d.external_number as number, d.reference, d.updated_at,
       now() - greatest(d.last_sent_at, d.booking_sent_at) as last_sent
from documents d
where d.transfer_id = %(transfer)s and d.sub_id = '' and d.state in ('planned', 'draft', 'booked')
  and (d.first_sent_at is not null or d.origin <> 'sent')
order by d.id
