-- The first time it is switched on is its start date.
update connections
set active = %(on)s, active_since = case when %(on)s then coalesce(active_since, now()) else active_since end
where id = %(connection)s
