-- The newest body that the shop sent of an order, and the order as a try read it last; `is_newer`: that was later.
select e.body, n.body as normalised, n.started_at >= coalesce(t.newest_event_at, '-infinity') as is_newer
from transfers t
left join events e on e.id = t.newest_event_id and e.received_at = t.newest_event_at
left join lateral (
  select a.started_at, s.body
  from attempts a join attempt_stages s on s.attempt_id = a.id and s.stage = 'normalised'
  where a.transfer_id = t.id
  order by a.id desc, s.at desc limit 1) n on true
where t.account_id = current_account() and t.id = %(transfer)s
