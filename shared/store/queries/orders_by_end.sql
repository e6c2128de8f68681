-- What became of a connection's orders that were made in [after, before) and are not believed gone: in the books, or the
-- reason why not, the state where there is none. How many of each.
select case when exists (select from documents d where d.transfer_id = t.id and d.state in ('draft', 'booked'))
            then 'in_books' else coalesce(nullif(t.reason, ''), t.state::text) end as end_, count(*)
from transfers t
where t.account_id = current_account() and t.connection_id = %(connection)s and t.source_type = 'order'
  and t.source_id = any(%(ids)s)
group by 1
order by 2 desc, 1
