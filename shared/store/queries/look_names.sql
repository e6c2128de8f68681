-- What a filter can name here, for whoever mistyped.
select coalesce((select array_agg(distinct name) from connections), '{}') as connections,
       coalesce((select array_agg(distinct reason) from transfers where account_id = current_account() and reason <> ''), '{}')
         as reasons
