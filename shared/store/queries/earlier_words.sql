-- What the shop told of the order before its newest word, newest first, since its connection was switched on.
select body from events
where account_id = current_account() and system_id = %(system)s and source_type = %(source_type)s
  and source_id = %(source_id)s and kind = 'state' and id is distinct from %(event)s
  and received_at >= coalesce(%(since)s::timestamptz, '-infinity')
order by id desc
limit %(most)s
