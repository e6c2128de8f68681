-- Each order of a run, in the order in which they came; `state` is the transfer's, as it is now.
select i.source_id, coalesce(i.source_number, t.source_number, i.source_id) as number, i.outcome, i.reason, i.added_at, i.ended_at,
       t.state::text as state, t.reason as reason_now, t.id as transfer
from run_items i left join transfers t on t.account_id = i.account_id and t.id = i.transfer_id
where i.account_id = current_account() and i.run_id = %(run)s and (%(outcome)s::text is null or i.outcome = %(outcome)s)
order by i.added_at, i.source_type, i.source_id
limit %(most)s
