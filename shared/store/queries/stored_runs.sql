-- Runs of the account, newest first; one where it is named.
select r.id, c.name as connection, r.kind, r.what, r.filter, r.created_by, r.created_at, r.state, r.is_dry, r.forecast, r.total,
       r.items, r.done, r.already, r.skipped, r.failed, r.share, r.problem, r.began_at, r.ended_at, r.steered, r.cursor,
       case when r.state = 'cancelled'
            then (select count(*) from run_items i where i.run_id = r.id and i.outcome = 'cancelled') else 0 end::integer as cancelled,
       case when r.state = 'running'
            then (select count(*) from run_items i where i.run_id = r.id and i.ended_at > now() - interval '60 s')
            else 0 end::integer as in_last_minute,
       extract(epoch from now() - r.began_at)::float as seconds
from runs r join connections c on c.id = r.connection_id
where r.account_id = current_account() and (%(run)s::bigint is null or r.id = %(run)s)
  and (%(connection)s::text is null or c.name = %(connection)s)
order by r.id desc
limit %(most)s
