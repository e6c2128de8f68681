-- Roles belong to the whole server, not to one database; run by an administrator before the migrations.
-- The owner makes and changes tables and runs the few SECURITY DEFINER functions. The services log in as the
-- application role, which row-level security binds to one account per transaction.

do $$
begin
  if not exists (select from pg_roles where rolname = 'shopledger_owner') then
    create role shopledger_owner nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'shopledger_app') then
    create role shopledger_app login nosuperuser nobypassrls nocreatedb nocreaterole noinherit;
  end if;
exception
  when duplicate_object or unique_violation then null;  -- two migrations at once, in two databases of one server
end
$$;
