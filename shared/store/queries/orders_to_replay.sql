-- Orders of a connection that a replay is about, by the id of the transfer, at most so many behind `after`; nulls filter
-- nothing. What its owner wants left alone is no part of it, unless it is named.
select t.id
from transfers t
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order' and t.id > %(after)s
  and (t.ignored_why is null or %(numbers)s::text[] is not null)
  and (%(states)s::text[] is null or t.state = any(%(states)s::transfer_state[]))
  and (%(reasons)s::text[] is null or t.reason = any(%(reasons)s))
  and (%(since)s::timestamptz is null or t.updated_at >= %(since)s)
  and (%(before)s::timestamptz is null or t.updated_at < %(before)s)
  and (%(numbers)s::text[] is null or t.source_number = any(%(numbers)s) or t.source_id = any(%(numbers)s))
  and (%(missing_since)s::timestamptz is null
       or coalesce(t.source_created_at, t.created_at) >= %(missing_since)s
          and not exists (select from documents d where d.transfer_id = t.id and d.state in ('draft', 'booked')))
order by t.id
limit %(most)s
