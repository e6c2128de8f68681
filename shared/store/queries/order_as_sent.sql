-- The order as the last try that wrote a request had it.
select n.body
from attempts a
join attempt_stages s on s.attempt_id = a.id and s.stage = 'sent'
join attempt_stages n on n.attempt_id = a.id and n.stage = 'normalised'
where a.account_id = current_account() and a.transfer_id = %(transfer)s and a.id <> %(attempt)s
order by a.id desc
limit 1
