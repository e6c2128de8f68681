-- Where the migrations lead: the whole schema as it is now, for reading. A test builds a database from this file and one
-- from the migrations and holds that they are the same.

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

-- What shops told us, as raw bytes, by month of arrival. Keys that must be unique across months stand in a small table.

-- Enumerations and not checks: a check is parsed anew by each statement that inserts.
create type event_origin as enum ('webhook', 'poll', 'import');
create type event_kind as enum ('state', 'fetch', 'deleted', 'gone', 'alarm', 'unknown', 'refused');

create sequence events_id as bigint;

create table events (
  id                  bigint not null default nextval('events_id'),
  received_at         timestamptz not null default now(),
  account_id          bigint not null,
  system_id           bigint not null,
  subscription_id     bigint,
  origin              event_origin not null,
  kind                event_kind not null,
  topic               text not null,
  delivery_id         text not null,
  source_type         text,
  source_id           text,
  source_number       text,
  source_modified_at  timestamptz,
  reason              text not null,
  body                bytea not null,
  body_hash           bytea not null,
  primary key (id, received_at)
) partition by range (received_at);
create index events_of_source on events (system_id, source_type, source_id, id) where source_id is not null;

create table event_keys (
  account_id   bigint not null,
  system_id    bigint not null,
  key          bytea not null,
  event_id     bigint not null,
  received_at  timestamptz not null,
  repeats      integer not null default 0,
  primary key (account_id, system_id, key)
);

-- That a shop said so, across months: a poll may bring the order's old state after it.
create table deletions (
  account_id   bigint not null,
  system_id    bigint not null,
  source_type  text not null,
  source_id    text not null,
  said_at      timestamptz not null default now(),
  primary key (account_id, system_id, source_type, source_id)
);

create table events_default partition of events default;

-- Makes the months of every partitioned table, this one and those ahead, and returns the names of the new ones. Rows
-- that waited in the default partition because nobody made their month in time move into it; those of a month that is
-- past stay there. It gives way to whoever reads: upkeep tries again.
create function ensure_partitions(months_ahead integer default 3) returns setof text
language plpgsql security definer
set search_path = shopledger, pg_temp set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  parent record;
  first_day timestamptz;
  next_day timestamptz;
  month text;
begin
  perform pg_advisory_xact_lock(hashtextextended('shopledger.ensure_partitions', 0));
  perform set_config('lock_timeout', '500ms', true);
  for parent in
    select c.relname as name, a.attname as key, d.relname as rest
    from pg_partitioned_table p
    join pg_class c on c.oid = p.partrelid and c.relnamespace = 'shopledger'::regnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
    join pg_class d on d.oid = p.partdefid
    order by c.relname
  loop
    for ahead in 0 .. months_ahead loop
      first_day := date_trunc('month', now()) + ahead * interval '1 month';
      next_day := first_day + interval '1 month';
      month := parent.name || '_' || to_char(first_day, 'YYYY_MM');
      continue when to_regclass('shopledger.' || quote_ident(month)) is not null;
      -- Nothing may come into the rest between its emptying and the month's joining; who waits for it tries again.
      execute format('lock table %I in access exclusive mode', parent.rest);
      execute format('create table %I (like %I including defaults including constraints)', month, parent.name);
      execute format('with moved as (delete from %I where %I >= %L and %2$I < %4$L returning *) '
                     'insert into %5$I select * from moved',
                     parent.rest, parent.key, first_day, next_day, month);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                     parent.name, month, first_day, next_day);
      return next month;
    end loop;
  end loop;
end
$$;
revoke all on function ensure_partitions from public;
grant execute on function ensure_partitions to shopledger_app;

call bind_to_account('events');
call bind_to_account('event_keys');
call bind_to_account('deletions');

grant usage on sequence events_id to shopledger_app;
grant select, insert on events to shopledger_app;
grant select, insert, update on event_keys, deletions to shopledger_app;

-- One order, product or refund on its way through one connection; each try; and what exists in the books.

-- No foreign key to connections: raise_transfers() reads the connection it writes, connections are never deleted, and the
-- check would lock the one row that all webhooks of a shop share (a fifth of the door's CPU).
create type transfer_state as enum ('waiting', 'working', 'done', 'skipped', 'failed', 'held');

create table transfers (
  account_id          bigint not null,
  id                  bigint generated always as identity,
  connection_id       bigint not null,
  source_type         text not null,
  source_id           text not null,
  source_number       text,
  state               transfer_state not null,
  reason              text not null default '',
  -- Every event raises `version`; a worker that handled an older one goes round again.
  version             integer not null default 1,
  handled_version     integer not null default 0,
  -- The newest word of the shop. A null id means that none carried a body yet.
  newest_event_id     bigint,
  newest_event_at     timestamptz,
  newest_body_hash    bytea,
  source_modified_at  timestamptz,
  -- The newest word is not certain: two bodies share a second, or an event had none.
  needs_fetch         boolean not null default false,
  rung_at             timestamptz,
  next_attempt_at     timestamptz,
  lease_token         uuid,
  lease_until         timestamptz,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  primary key (account_id, id),
  unique (account_id, connection_id, source_type, source_id)
);
-- Who rings or claims must look at connections.active, too: a connection that is switched off while an event comes in
-- may leave one waiting.
create index transfers_to_ring on transfers (id) where state = 'waiting' and rung_at is null;

-- Append-only: one row when a try begins, one in attempt_stages for each thing that happened in it.
create sequence attempts_id as bigint;
create table attempts (
  id                bigint not null default nextval('attempts_id'),
  started_at        timestamptz not null default now(),
  account_id        bigint not null,
  transfer_id       bigint not null,
  version           integer not null,
  settings_version  integer not null,
  primary key (id, started_at)
) partition by range (started_at);
create index attempts_of_transfer on attempts (transfer_id, id);
create table attempts_default partition of attempts default;

create table attempt_stages (
  attempt_id  bigint not null,
  at          timestamptz not null default clock_timestamp(),
  account_id  bigint not null,
  stage       text not null check (stage in ('original', 'normalised', 'sent', 'answered', 'ended')),
  event_id    bigint,
  outcome     text,
  reason      text,
  body        bytea,
  primary key (attempt_id, at, stage)
) partition by range (at);
create table attempt_stages_default partition of attempt_stages default;

-- What exists in the books. The request and its idempotency key are frozen before they are sent.
create table documents (
  id               bigint generated always as identity primary key,
  account_id       bigint not null,
  connection_id    bigint not null,
  transfer_id      bigint not null,
  source_type      text not null,
  source_id        text not null,
  kind             text not null check (kind in ('order', 'invoice', 'credit_note')),
  sub_id           text not null default '',
  generation       integer not null default 1,
  state            text not null check (state in ('planned', 'draft', 'booked', 'superseded', 'gone')),
  reference        text not null,
  idempotency_key  text not null,
  request          bytea,
  external_number  text,
  currency         text check (currency ~ '^[A-Z]{3}$'),
  total            numeric,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  unique (connection_id, source_type, source_id, kind, sub_id, generation),
  foreign key (account_id, connection_id) references connections (account_id, id),
  foreign key (account_id, transfer_id) references transfers (account_id, id)
);
create unique index one_living_document on documents (connection_id, source_type, source_id, kind, sub_id)
  where state in ('planned', 'draft', 'booked');
create unique index one_document_per_idempotency_key on documents (connection_id, idempotency_key);
create index documents_of_transfer on documents (transfer_id);

-- One row per (system, key) guards the creation of a customer or a product there: several workers make one.
create table customer_guards (
  account_id   bigint not null,
  system_id    bigint not null,
  key          text not null,
  external_id  text,
  created_at   timestamptz not null default now(),
  primary key (account_id, system_id, key),
  foreign key (account_id, system_id) references systems (account_id, id)
);
create table product_guards (
  account_id   bigint not null,
  system_id    bigint not null,
  key          text not null,
  external_id  text,
  created_at   timestamptz not null default now(),
  primary key (account_id, system_id, key),
  foreign key (account_id, system_id) references systems (account_id, id)
);

call bind_to_account('transfers');
call bind_to_account('attempts');
call bind_to_account('attempt_stages');
call bind_to_account('documents');
call bind_to_account('customer_guards');
call bind_to_account('product_guards');

grant select, insert, update on transfers, documents, customer_guards, product_guards to shopledger_app;
grant usage on sequence attempts_id to shopledger_app;
grant select, insert on attempts, attempt_stages to shopledger_app;

select ensure_partitions();

-- The door: what a webhook or a poll brings becomes an event and its transfers in one call and one commit.

-- Which subscription an address belongs to; across accounts, because a webhook names none.
create function find_subscription(wanted text)
returns table (account_id bigint, system_id bigint, subscription_id bigint, kind text, topic text, secrets bytea[])
language sql stable security definer set search_path = shopledger, pg_temp as $$
  select s.account_id, s.system_id, s.id, y.kind, s.topic, s.secrets
  from subscriptions s join systems y on y.id = s.system_id
  where s.public_id = wanted
$$;

-- Opens an alarm, or counts one that is open. Alarms of a webhook are only touched by who holds its row's lock.
create procedure raise_alarm(p_account bigint, p_system bigint, p_subscription bigint, p_code text, p_detail text)
language sql as $$
  insert into shopledger.alarms as a (account_id, system_id, subscription_id, code, detail)
  values (p_account, p_system, p_subscription, p_code, p_detail)
  on conflict (system_id, subscription_id, code) where resolved_at is null
  do update set count = a.count + 1, last_at = now(), detail = excluded.detail
$$;

-- A webhook without a valid proof: counted, never stored. An alarm from the third in a row on, because a shop switches
-- a webhook off after the seventh. Returns how many came in a row.
create function count_forged(p_account bigint, p_subscription bigint) returns integer
language plpgsql as $$
declare
  v_row shopledger.subscriptions;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.subscriptions
  set is_troubled = true, failed_in_a_row = failed_in_a_row + 1, failed_total = failed_total + 1, last_failed_at = now()
  where id = p_subscription
  returning * into v_row;
  if v_row.failed_in_a_row >= 3 then
    call shopledger.raise_alarm(p_account, v_row.system_id, p_subscription, 'forged_webhooks', v_row.topic);
  end if;
  return v_row.failed_in_a_row;
end
$$;

-- What a proven webhook means for its own alarms: it ends a row of forged ones; one that says that nothing can be said
-- opens an alarm about rights, and one that says something ends it.
create procedure settle_alarms(p_account bigint, p_system bigint, p_subscription bigint, p_kind shopledger.event_kind,
                               p_reason text, p_topic text)
language plpgsql as $$
begin
  update shopledger.subscriptions set failed_in_a_row = 0 where id = p_subscription;
  if p_subscription is not null and not found then
    return;  -- deleted meanwhile: nobody could ever end an alarm of it
  end if;
  update shopledger.alarms set resolved_at = now()
  where system_id = p_system and subscription_id = p_subscription and resolved_at is null
    and (code = 'forged_webhooks' or p_kind = 'state');
  if p_kind = 'alarm' then
    call shopledger.raise_alarm(p_account, p_system, p_subscription, p_reason, p_topic);
  end if;
  update shopledger.subscriptions
  set is_troubled = exists (select from shopledger.alarms where system_id = p_system
                            and subscription_id = p_subscription and resolved_at is null)
  where id = p_subscription;
end
$$;

-- The newest state is uncertain: whoever handles these transfers next must ask the shop. Not where the newest body is
-- the one that was told again. Returns how many there are.
create function look_again(p_account bigint, p_system bigint, p_source_type text, p_source_id text,
                           p_unless_body bytea default null)
returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  update shopledger.transfers t
  set version = t.version + 1, needs_fetch = true, rung_at = null, next_attempt_at = null, updated_at = now(),
      state = case when t.state in ('working', 'held') then t.state when c.active then 'waiting' else 'held' end
  from shopledger.connections c
  where c.source_system_id = p_system and t.account_id = p_account and t.connection_id = c.id
    and t.source_type = p_source_type and t.source_id = p_source_id
    and (p_unless_body is null or t.newest_body_hash is distinct from p_unless_body);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A source's transfers, one per connection that moves this type. The newest body is the one modified last, then the
-- one that came last. It is uncertain until somebody has asked the shop when
--   an event had no body or no date, or the source was ever said to be deleted;
--   two bodies that differ share a second;
--   an older body comes late: out of order, or the shop's clock went back.
create function raise_transfers(
  p_account bigint, p_system bigint, p_event bigint, p_has_body boolean, p_source_type text, p_source_id text,
  p_source_number text, p_modified_at timestamptz, p_body_hash bytea
) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  insert into shopledger.transfers as t (
    account_id, connection_id, source_type, source_id, source_number, state,
    newest_event_id, newest_event_at, newest_body_hash, source_modified_at, needs_fetch)
  select p_account, c.id, p_source_type, p_source_id, p_source_number,
         (case when c.active then 'waiting' else 'held' end)::shopledger.transfer_state,
         case when p_has_body then p_event end, case when p_has_body then now() end,
         case when p_has_body then p_body_hash end, case when p_has_body then p_modified_at end,
         not p_has_body or p_modified_at is null or exists (
           select from shopledger.deletions d
           where d.account_id = p_account and d.system_id = p_system
             and d.source_type = p_source_type and d.source_id = p_source_id)
  from shopledger.connections c
  where c.source_system_id = p_system
    and c.kind = case p_source_type when 'order' then 'orders' when 'product' then 'products' end
  order by c.id
  on conflict (account_id, connection_id, source_type, source_id) do update set
    version = t.version + 1, rung_at = null, next_attempt_at = null, updated_at = now(),
    state = case when t.state = 'working' then t.state else excluded.state end,
    source_number = coalesce(excluded.source_number, t.source_number),
    newest_event_id = case when excluded.source_modified_at >= coalesce(t.source_modified_at, '-infinity')
                      then excluded.newest_event_id else t.newest_event_id end,
    newest_event_at = case when excluded.source_modified_at >= coalesce(t.source_modified_at, '-infinity')
                      then excluded.newest_event_at else t.newest_event_at end,
    newest_body_hash = case when excluded.source_modified_at >= coalesce(t.source_modified_at, '-infinity')
                       then excluded.newest_body_hash else t.newest_body_hash end,
    source_modified_at = greatest(t.source_modified_at, excluded.source_modified_at),
    needs_fetch = t.needs_fetch or excluded.needs_fetch
                  or (excluded.source_modified_at <= t.source_modified_at
                      and excluded.newest_body_hash is distinct from t.newest_body_hash);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Takes one event in. `p_key` tells repeats apart from news; a repeat makes no event, but if it is not the newest word
-- we have, the shop is asked again: within one second a source can change and change back. Returns the event's id
-- (the first one's for a repeat), whether it was new, and how many transfers it raised.
create function take_in(
  p_account bigint, p_system bigint, p_subscription bigint, p_origin shopledger.event_origin, p_key bytea,
  p_kind shopledger.event_kind, p_topic text, p_delivery_id text, p_source_type text, p_source_id text,
  p_source_number text, p_modified_at timestamptz, p_reason text, p_body bytea, p_body_hash bytea,
  out event_id bigint, out is_new boolean, out transfers integer
)
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  transfers := 0;

  -- One event of a source at a time, so that two which come together see each other.
  if p_source_id is not null then
    perform pg_advisory_xact_lock(hashtextextended(p_source_type || ':' || p_source_id, p_system));
  end if;

  insert into shopledger.event_keys as k (account_id, system_id, key, event_id, received_at)
  values (p_account, p_system, p_key, nextval('shopledger.events_id'), now())
  on conflict (account_id, system_id, key) do update set repeats = k.repeats + 1
  returning k.event_id, k.repeats = 0 into event_id, is_new;

  if is_new then
    insert into shopledger.events (
      id, account_id, system_id, subscription_id, origin, kind, topic, delivery_id,
      source_type, source_id, source_number, source_modified_at, reason, body, body_hash)
    values (
      event_id, p_account, p_system, p_subscription, p_origin, p_kind, p_topic, p_delivery_id,
      p_source_type, p_source_id, p_source_number, p_modified_at, p_reason, p_body, p_body_hash);
  end if;

  if p_kind = 'deleted' and p_source_id is not null then
    insert into shopledger.deletions as d (account_id, system_id, source_type, source_id)
    values (p_account, p_system, p_source_type, p_source_id)
    on conflict (account_id, system_id, source_type, source_id) do update set said_at = now();
  end if;

  if p_source_id is null or p_kind not in ('state', 'fetch', 'deleted', 'gone') then
    null;
  elsif not is_new and p_kind = 'state' then
    transfers := shopledger.look_again(p_account, p_system, p_source_type, p_source_id, p_unless_body => p_body_hash);
  elsif not is_new or p_kind in ('deleted', 'gone') then
    transfers := shopledger.look_again(p_account, p_system, p_source_type, p_source_id);
  else
    transfers := shopledger.raise_transfers(p_account, p_system, event_id, p_kind = 'state', p_source_type, p_source_id,
                                            p_source_number, p_modified_at, p_body_hash);
  end if;

  if p_kind = 'alarm'
     or exists (select from shopledger.subscriptions where id = p_subscription and is_troubled) then
    call shopledger.settle_alarms(p_account, p_system, p_subscription, p_kind, p_reason, p_topic);
  end if;
end
$$;

revoke all on function find_subscription, count_forged, look_again, raise_transfers, take_in from public;
revoke all on procedure raise_alarm, settle_alarms from public;
grant execute on function find_subscription, count_forged, look_again, raise_transfers, take_in to shopledger_app;
grant execute on procedure raise_alarm, settle_alarms to shopledger_app;
