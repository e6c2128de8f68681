-- Who uses shopledger, which webshops and accounting systems they have, and which connections run between them.

-- The account that this transaction works for; null means none, and then row-level security shows no row.
create function current_account() returns bigint
language sql stable parallel safe
return nullif(current_setting('shopledger.account_id', true), '')::bigint;

-- Row-level security of one table: the application role sees the current account, the owner sees all.
create procedure bind_to_account(target regclass, account_column text default 'account_id')
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy one_account on %s to shopledger_app using (%I = (select shopledger.current_account()))',
                 target, account_column);
  execute format('create policy owner_all on %s to shopledger_owner using (true) with check (true)', target);
end
$$;

create table accounts (
  id          bigint generated always as identity primary key,
  name        text not null check (name <> ''),
  active      boolean not null default true,
  created_at  timestamptz not null default now()
);

-- An installed webshop or accounting system. Credentials are sealed and bound to this row's key.
create table systems (
  id           bigint generated always as identity primary key,
  account_id   bigint not null references accounts,
  kind         text not null check (kind <> ''),
  role         text not null check (role in ('webshop', 'accounting')),
  name         text not null,
  active       boolean not null default true,
  credentials  bytea,
  created_at   timestamptz not null default now(),
  unique (account_id, id)
);

-- A webhook that a system sends us. The public id stands in its address. Secrets are sealed, newest first: a change of
-- secret keeps the former one for a while.
create table subscriptions (
  id                bigint generated always as identity primary key,
  account_id        bigint not null,
  system_id         bigint not null,
  public_id         text not null unique check (length(public_id) >= 20),
  topic             text not null,
  external_id       text,
  secrets           bytea[] not null check (cardinality(secrets) between 1 and 2),
  -- Forged webhooks in a row, or an alarm of its own is open: only then a proven webhook has something to settle.
  is_troubled       boolean not null default false,
  failed_in_a_row   integer not null default 0,
  failed_total      bigint not null default 0,
  last_failed_at    timestamptz,
  created_at        timestamptz not null default now(),
  foreign key (account_id, system_id) references systems (account_id, id)
);
create index subscriptions_of_system on subscriptions (system_id);

-- What is moved from where to where. `active_since` is the start date: older orders go by import only.
create table connections (
  id                bigint generated always as identity primary key,
  account_id        bigint not null,
  kind              text not null check (kind in ('orders', 'products', 'flow3', 'recheck')),
  name              text not null,
  source_system_id  bigint not null,
  target_system_id  bigint not null,
  active            boolean not null default false,
  active_since      timestamptz,
  settings_version  integer not null default 0,
  created_at        timestamptz not null default now(),
  unique (account_id, id),
  foreign key (account_id, source_system_id) references systems (account_id, id),
  foreign key (account_id, target_system_id) references systems (account_id, id)
);
create index connections_of_source on connections (source_system_id, kind);

-- Every settings a connection ever had; rows are never changed, so that an attempt can say which it was made with.
create table connection_settings (
  account_id     bigint not null,
  connection_id  bigint not null,
  version        integer not null check (version > 0),
  settings       jsonb not null,
  created_by     text not null,
  created_at     timestamptz not null default now(),
  primary key (connection_id, version),
  foreign key (account_id, connection_id) references connections (account_id, id)
);

-- Trouble that the owner must know of, once until it is resolved; of one webhook where `subscription_id` names it.
create table alarms (
  id               bigint generated always as identity primary key,
  account_id       bigint not null,
  system_id        bigint not null,
  subscription_id  bigint,
  code             text not null,
  detail           text not null default '',
  count            bigint not null default 1,
  first_at         timestamptz not null default now(),
  last_at          timestamptz not null default now(),
  resolved_at      timestamptz,
  foreign key (account_id, system_id) references systems (account_id, id)
);
create unique index one_open_alarm_per_code on alarms (system_id, subscription_id, code) nulls not distinct
  where resolved_at is null;

call bind_to_account('accounts', 'id');
call bind_to_account('systems');
call bind_to_account('subscriptions');
call bind_to_account('connections');
call bind_to_account('connection_settings');
call bind_to_account('alarms');

grant usage on schema shopledger to shopledger_app;
grant select, update on accounts to shopledger_app;
grant select, insert, update on systems, subscriptions, connections, alarms to shopledger_app;
grant delete on subscriptions to shopledger_app;
grant select, insert on connection_settings to shopledger_app;

-- An account is opened by whoever runs shopledger, from outside of any account.
create function open_account(p_name text) returns bigint
language sql security definer set search_path = shopledger, pg_temp as $$
  insert into accounts (name) values (p_name) returning id
$$;
revoke all on function open_account from public;
grant execute on function open_account to shopledger_app;
