-- An account is opened by whoever runs shopledger, from outside of any account.
create function open_account(p_name text) returns bigint
language sql security definer set search_path = shopledger, pg_temp as $$
  insert into accounts (name) values (p_name) returning id
$$;
revoke all on function open_account from public;
grant execute on function open_account to shopledger_app;
