-- The other order that a document of the books belongs to, whichever connection it came through. Numbers of drafts are
-- given anew, those of booked ones are not; a reference of ours names one order for ever, and one of somebody else's names
-- the draft that stood there, until it was booked under another number.
select coalesce(t.source_number, t.source_id), c.name
from documents d
join connections c on c.id = d.connection_id
join transfers t on t.account_id = d.account_id and t.id = d.transfer_id
where d.transfer_id <> %(transfer)s
  and (c.target_system_id = %(books)s and d.kind = %(kind)s and d.external_number = %(number)s
       and (d.place = 'booked') = (%(place)s = 'booked')
       and (d.place = 'booked' or d.origin <> 'sent' and d.state = 'draft')
    or d.origin = 'sent' and d.reference in (%(reference)s, split_part(%(reference)s, ' ', 1))
    or c.target_system_id = %(books)s and d.origin <> 'sent' and d.reference = %(reference)s and d.reference <> ''
       and d.state = 'draft')
order by d.id
limit 1
