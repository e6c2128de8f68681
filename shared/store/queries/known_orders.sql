-- Of these orders of a shop, those that every connection knows: the newest word, where all of them know the same.
with moving as (
  select id from connections where source_system_id = %(system)s and kind = 'orders'
),
seen as (
  select t.source_id, max(t.newest_event_id) as event_id,
         max(t.newest_event_at) as event_at,
         count(distinct t.newest_event_id) = 1 and count(t.newest_event_id) = count(*) as is_one_word,
         bool_or(t.state <> 'held' and t.reason in ('order_trashed', 'order_gone', 'left_shop')) as is_gone
  from transfers t
  where t.account_id = current_account() and t.connection_id in (select id from moving) and t.source_type = 'order'
    and t.source_id = any(%(ids)s)
  group by t.source_id
  having count(*) = (select count(*) from moving)
)
select s.source_id, e.body, s.is_gone
from seen s left join events e on s.is_one_word and e.id = s.event_id and e.received_at = s.event_at
