-- No worker takes the order, and none that has it ends, before this transaction does. Is one at it?
select t.state = 'working', c.target_system_id
from transfers t join connections c on c.id = t.connection_id
where t.account_id = current_account() and t.id = %(transfer)s
for update of t
