-- The other order that was sent again because of that credit note of the books.
select coalesce(t.source_number, t.source_id)
from owner_acts a
join transfers t on t.account_id = a.account_id and t.id = a.transfer_id
join connections c on c.id = t.connection_id
where a.act = 'send_again' and c.target_system_id = %(books)s and a.detail like '%%, credited by ' || %(credit)s
limit 1
