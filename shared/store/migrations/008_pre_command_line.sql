-- What the command line asks across accounts.

-- Whoever runs shopledger names an account by its name; everything else about it is read inside of it.
create function accounts_there_are() returns table (id bigint, name text, active boolean)
language sql stable security definer set search_path = shopledger, pg_temp as $$
  select a.id, a.name, a.active from accounts a order by a.id
$$;

-- For who runs alone (the embedded mode, where the only process holds a lock): nobody works any more on what the former
-- process had in hand, and its messages are gone. Returns how many transfers were in hand.
create function take_over() returns integer
language plpgsql security definer set search_path = shopledger, pg_temp as $$
declare
  v_count integer;
begin
  update transfers set rung_at = null where state = 'waiting' and rung_at is not null;
  update transfers t
  set state = (case when c.active then 'waiting' else 'held' end)::transfer_state, rung_at = null,
      lease_token = null, lease_until = null, updated_at = now()
  from connections c
  where t.state = 'working' and c.id = t.connection_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function accounts_there_are, take_over from public;
grant execute on function accounts_there_are, take_over to shopledger_app;
