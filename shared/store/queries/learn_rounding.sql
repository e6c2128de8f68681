-- What this answer leaves open of what is known by now; where it leaves nothing of that, what it says itself.
update systems
set rounding = coalesce(
  nullif(array(select w from unnest(%(ways)s::text[]) with ordinality as u (w, n)
               where rounding = '{}' or w = any (rounding) order by n), '{}'),
  %(ways)s)
where account_id = current_account() and id = %(system)s
