-- Which of these orders a shop told of itself, not a file.
select distinct e.source_id
from events e
where e.account_id = current_account() and e.system_id = %(system)s and e.source_type = 'order' and e.origin <> 'import'
  and e.source_id = any(%(ids)s)
