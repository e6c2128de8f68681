-- What exists of a transfer in the books, or was to; the newest last.
select d.id, d.kind, d.state, d.place, d.external_number as number, d.reference, d.generation, d.origin, d.is_to_be_booked,
       d.supersedes, d.currency, d.total, d.answered_total, d.first_sent_at, d.last_sent_at
from documents d
where d.transfer_id = %(transfer)s
order by d.id
