-- Of these numbers, those by which a connection knows no order.
select n.number
from unnest(%(numbers)s::text[]) with ordinality as n (number, nth)
where not exists (
  select from transfers t
  where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
    and (t.source_number = n.number or t.source_id = n.number))
order by n.nth
