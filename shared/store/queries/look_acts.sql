-- What the owner said about an order, and the bulk runs that it was part of, oldest first.
select at, act, detail
from (
  select a.at, a.act, a.detail from owner_acts a where a.transfer_id = %(transfer)s
  union all
  select i.added_at, 'run', format('run %%s, %%s, by %%s', r.id, replace(r.what, '_', '-'), r.created_by)
  from runs r
  cross join lateral (select x.added_at from run_items x where x.run_id = r.id and x.transfer_id = %(transfer)s) i
  where r.account_id = current_account()
) said
order by at
