-- No worker takes the order through any connection of its shop, freezes a document or ends, before this transaction does.
select w.id
from transfers t
join connections mine on mine.id = t.connection_id
join connections c on c.source_system_id = mine.source_system_id and c.kind = mine.kind
join transfers w on w.account_id = t.account_id and w.connection_id = c.id
  and w.source_type = t.source_type and w.source_id = t.source_id
where t.account_id = current_account() and t.id = %(transfer)s
order by w.id
for update of w
