-- The connections of its shop that have an order, in the order in which they were made.
select c.id as connection, c.name, c.active as is_active, coalesce(s.settings, '{}') as settings, w.is_waived,
       c.id = mine.id as is_own,
       exists (
         select from documents d
         where d.connection_id = c.id and d.source_type = w.source_type and d.source_id = w.source_id and d.sub_id = ''
           and (d.state in ('draft', 'booked') or d.state = 'planned' and d.first_sent_at is not null)) as has_document
from transfers t
join connections mine on mine.id = t.connection_id
join connections c on c.source_system_id = mine.source_system_id and c.kind = mine.kind
join transfers w on w.account_id = t.account_id and w.connection_id = c.id
  and w.source_type = t.source_type and w.source_id = t.source_id
left join connection_settings s on s.connection_id = c.id and s.version = c.settings_version
where t.account_id = current_account() and t.id = %(transfer)s
order by c.id
