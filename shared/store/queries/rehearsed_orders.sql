-- What a dry run needs of orders: of one transfer, or of the newest of a connection. Changes nothing.
select t.id, coalesce(t.source_number, t.source_id) as number, t.source_type, t.source_id, t.needs_fetch, t.is_waived,
       t.ignored_why, t.newest_event_id as event, e.body, c.id as connection,
       case when not t.is_imported then c.active_since end as active_since, c.source_system_id as source,
       d.kind as document_kind, d.external_number as document_number, d.state as document_state, d.request as document_request,
       d.place as document_place, d.expected as document_expected,
       d.answered_total is not null or d.answered_key = d.idempotency_key as has_arrived,
       coalesce(
         d.generation,
         (select max(o.generation) + 1 from documents o
          where o.connection_id = c.id and o.source_type = t.source_type and o.source_id = t.source_id and o.sub_id = ''
            and o.state in ('superseded', 'gone') and (o.first_sent_at is not null or o.origin <> 'sent')),
         1) as generation
from transfers t
join connections c on c.id = t.connection_id
left join events e on e.id = t.newest_event_id and e.received_at = t.newest_event_at
left join lateral (
  select x.kind, x.external_number, x.state, x.request, x.generation, x.place, x.expected, x.answered_total,
         x.answered_key, x.idempotency_key
  from documents x
  where x.connection_id = c.id and x.source_type = t.source_type and x.source_id = t.source_id and x.sub_id = ''
    and x.state in ('planned', 'draft', 'booked') and (x.first_sent_at is not null or x.origin <> 'sent')
  order by x.id desc limit 1) d on true
where t.account_id = current_account() and t.source_type = 'order'
  and (t.id = %(transfer)s or (%(transfer)s::bigint is null and t.connection_id = %(connection)s))
order by t.id desc
limit %(most)s
