-- Each connection with the switches that its orders pass, and how many it holds.
select c.id, c.name, c.active, s.id, s.name, s.active, b.id, b.name, b.active, a.name, a.active,
       (select count(*) from transfers t
        where t.account_id = current_account() and t.connection_id = c.id and t.state = 'held') as held
from connections c
join systems s on s.id = c.source_system_id
join systems b on b.id = c.target_system_id
join accounts a on a.id = c.account_id
order by c.id
