-- What waits is held with it; what was held waits for the owner's word when it is switched on again.
with held as (
  update transfers set state = 'held', updated_at = now()
  where account_id = current_account() and connection_id = %(connection)s and state = 'waiting' and not %(on)s
)
update connections
set active = %(on)s, active_since = case when %(on)s then coalesce(active_since, now()) else active_since end
where id = %(connection)s
