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
  created_at  timestamptz not null default now(),
  -- So many days of what is in the books it sees; what the longest of these choices lets go is dropped.
  log_days    integer not null default 90 check (log_days between 30 and 1830)
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
  -- No request of this credential can succeed: nothing is rung until it is changed.
  broken_reason  text,
  broken_at      timestamptz,
  -- The ways of rounding VAT that the books' answers leave open; see `shared.domain.learning`.
  rounding      text[] not null default '{}',
  -- Whether the last look found every webhook of the system in order.
  webhooks_work  boolean not null default false,
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
  -- So many transfers of a connection may have a message or a worker at once.
  most_in_flight    integer not null default 4 check (most_in_flight > 0),
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
  -- Tries in a row that a system was not up to; each makes the next wait longer.
  failures            integer not null default 0,
  -- Workers in a row that were lost with it in hand.
  lost_in_a_row       integer not null default 0,
  -- The owner's word that it may go once more, also where only he can say so.
  owner_asked         boolean not null default false,
  -- His word that it goes whatever the rules say, and that it is left alone, with his reason for that.
  is_waived           boolean not null default false,
  ignored_why         text,
  -- When the shop says that an order was made: what a recheck counts by.
  source_created_at   timestamptz,
  -- It goes behind live orders; and its connection's start date does not count.
  is_bulk             boolean not null default false,
  is_imported         boolean not null default false,
  primary key (account_id, id),
  unique (account_id, connection_id, source_type, source_id)
);
-- Who rings or claims must look at the switches, too: one that is switched off while an event comes in may leave one
-- waiting.
create index transfers_to_ring on transfers (connection_id, is_bulk, id)
  where state = 'waiting' and rung_at is null and next_attempt_at is null;
create index transfers_due on transfers (next_attempt_at) where state = 'waiting' and next_attempt_at is not null;
create index transfers_in_flight on transfers (connection_id, is_bulk)
  where state = 'working' or (state = 'waiting' and rung_at is not null);
create index transfers_made on transfers (connection_id, source_created_at) where source_created_at is not null;

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
  -- When it was first and last sent. Sent and unanswered means: look it up before anything is sent again.
  first_sent_at    timestamptz,
  last_sent_at     timestamptz,
  place            text,
  -- What the books came to, beside `total`, which the order says.
  answered_total   numeric,
  -- Who made it: we, or somebody else, and then the owner linked it or had it adopted.
  origin           text not null default 'sent' check (origin in ('sent', 'linked', 'adopted')),
  -- It is to be booked. The key of the booking that goes out; when it last did, as long as its outcome is not known.
  is_to_be_booked  boolean not null default false,
  booking_key      text,
  booking_sent_at  timestamptz,
  -- The document whose place this one takes.
  supersedes       bigint references documents,
  -- What the books are expected to make of it, as `shared.domain.expected` writes it: net and rate of each line, VAT.
  expected         jsonb,
  -- What was written beside the order in its shop, and how; null where nothing was.
  told_shop        text,
  -- The key of the content that the books answered with, where `answered_total` stays open.
  answered_key     text,
  unique (connection_id, source_type, source_id, kind, sub_id, generation),
  foreign key (account_id, connection_id) references connections (account_id, id),
  foreign key (account_id, transfer_id) references transfers (account_id, id)
);
create unique index one_living_document on documents (connection_id, source_type, source_id, kind, sub_id)
  where state in ('planned', 'draft', 'booked');
create unique index one_document_per_idempotency_key on documents (connection_id, idempotency_key);
create index documents_of_transfer on documents (transfer_id);

-- Which of the connections of its shop an order goes by, from its first document on.
create table routes (
  account_id     bigint not null,
  system_id      bigint not null,
  source_type    text not null,
  source_id      text not null,
  connection_id  bigint not null,
  routed_at      timestamptz not null default now(),
  primary key (system_id, source_type, source_id),
  foreign key (account_id, system_id) references systems (account_id, id),
  foreign key (account_id, connection_id) references connections (account_id, id)
);

-- What an owner said about an order, and had done with it.
create table owner_acts (
  id           bigint generated always as identity primary key,
  account_id   bigint not null,
  transfer_id  bigint not null,
  at           timestamptz not null default now(),
  act          text not null check (act in ('retry', 'transfer', 'ignore', 'link', 'send_again', 'adopt')),
  detail       text not null default '',
  foreign key (account_id, transfer_id) references transfers (account_id, id)
);
create index owner_acts_of_transfer on owner_acts (transfer_id);

call bind_to_account('transfers');
call bind_to_account('attempts');
call bind_to_account('attempt_stages');
call bind_to_account('documents');
call bind_to_account('owner_acts');
call bind_to_account('routes');

grant select, insert, update on transfers, documents, routes to shopledger_app;
grant usage on sequence attempts_id to shopledger_app;
grant select, insert on attempts, attempt_stages, owner_acts to shopledger_app;

-- Whether orders go through a connection: it, both of its systems and its account are switched on.
create function is_on(c connections) returns boolean
language sql stable as $$
  select c.active
    and (select a.active from shopledger.accounts a where a.id = c.account_id)
    and (select s.active from shopledger.systems s where s.id = c.source_system_id)
    and (select s.active from shopledger.systems s where s.id = c.target_system_id)
$$;
revoke all on function is_on from public;
grant execute on function is_on to shopledger_app;

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
      is_bulk = false,
      state = case when t.state in ('working', 'held') then t.state when shopledger.is_on(c) then 'waiting' else 'held' end
  from shopledger.connections c
  where c.source_system_id = p_system and t.account_id = p_account and t.connection_id = c.id
    and t.source_type = p_source_type and t.source_id = p_source_id
    and (p_unless_body is null or t.newest_body_hash is distinct from p_unless_body);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Whether a connection of the shop has not heard of it: one that was made after it was told.
create function is_new_to_some(p_account bigint, p_system bigint, p_source_type text, p_source_id text) returns boolean
language sql stable as $$
  select exists (
    select from shopledger.connections c
    where c.source_system_id = p_system
      and c.kind = case p_source_type when 'order' then 'orders' when 'product' then 'products' end
      and not exists (
        select from shopledger.transfers t
        where t.account_id = p_account and t.connection_id = c.id and t.source_type = p_source_type
          and t.source_id = p_source_id))
$$;

-- A source's transfers, one per connection that moves this type; what is held stays held, whatever the shop says of it.
-- The newest body is the one modified last, then the one that came last. It is uncertain until somebody has asked the
-- shop when
--   an event had no body or no date, or the source was ever said to be deleted;
--   two bodies that differ share a second;
--   an older body comes late: out of order, or the shop's clock went back.
create function raise_transfers(
  p_account bigint, p_system bigint, p_event bigint, p_has_body boolean, p_source_type text, p_source_id text,
  p_source_number text, p_modified_at timestamptz, p_body_hash bytea, p_created_at timestamptz,
  p_received_at timestamptz default now()
) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  insert into shopledger.transfers as t (
    account_id, connection_id, source_type, source_id, source_number, state,
    newest_event_id, newest_event_at, newest_body_hash, source_modified_at, source_created_at, needs_fetch)
  select p_account, c.id, p_source_type, p_source_id, p_source_number,
         (case when shopledger.is_on(c) then 'waiting' else 'held' end)::shopledger.transfer_state,
         case when p_has_body then p_event end, case when p_has_body then p_received_at end,
         case when p_has_body then p_body_hash end, case when p_has_body then p_modified_at end, p_created_at,
         not p_has_body or p_modified_at is null or exists (
           select from shopledger.deletions d
           where d.account_id = p_account and d.system_id = p_system
             and d.source_type = p_source_type and d.source_id = p_source_id)
  from shopledger.connections c
  where c.source_system_id = p_system
    and c.kind = case p_source_type when 'order' then 'orders' when 'product' then 'products' end
  order by c.id
  on conflict (account_id, connection_id, source_type, source_id) do update set
    version = t.version + 1, rung_at = null, next_attempt_at = null, updated_at = now(), is_bulk = false,
    state = case when t.state in ('working', 'held') then t.state else excluded.state end,
    reason = case when t.state = 'working' then t.reason else '' end,
    source_number = coalesce(excluded.source_number, t.source_number),
    source_created_at = coalesce(excluded.source_created_at, t.source_created_at),
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
  p_created_at timestamptz default null,
  out event_id bigint, out is_new boolean, out transfers integer
)
language plpgsql as $$
declare
  v_received timestamptz;
  v_repeats integer;
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
  returning k.event_id, k.repeats, k.received_at into event_id, v_repeats, v_received;
  is_new := v_repeats = 0;

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
  elsif not is_new and p_kind = 'state' and not shopledger.is_new_to_some(p_account, p_system, p_source_type, p_source_id) then
    transfers := shopledger.look_again(p_account, p_system, p_source_type, p_source_id, p_unless_body => p_body_hash);
    -- A poll tells what the shop says now: that counts again, and from the third time on also over a newer word that
    -- came since it was first told.
    if p_origin = 'poll' then
      update shopledger.transfers t
      set newest_event_id = take_in.event_id, newest_event_at = v_received, newest_body_hash = p_body_hash
      from shopledger.connections c
      where c.source_system_id = p_system and t.account_id = p_account and t.connection_id = c.id
        and t.source_type = p_source_type and t.source_id = p_source_id
        and t.newest_body_hash is distinct from p_body_hash
        and (p_modified_at >= t.source_modified_at or v_received > t.newest_event_at or v_repeats > 1);
    end if;
  elsif not is_new and p_kind <> 'state' or p_kind in ('deleted', 'gone') then
    transfers := shopledger.look_again(p_account, p_system, p_source_type, p_source_id);
  else
    transfers := shopledger.raise_transfers(p_account, p_system, event_id, p_kind = 'state', p_source_type, p_source_id,
                                            p_source_number, p_modified_at, p_body_hash, p_created_at, v_received);
  end if;

  if p_kind = 'alarm'
     or exists (select from shopledger.subscriptions where id = p_subscription and is_troubled) then
    call shopledger.settle_alarms(p_account, p_system, p_subscription, p_kind, p_reason, p_topic);
  end if;
end
$$;

revoke all on function find_subscription, count_forged, look_again, is_new_to_some, raise_transfers, take_in from public;
revoke all on procedure raise_alarm, settle_alarms from public;
grant execute on function find_subscription, count_forged, look_again, is_new_to_some, raise_transfers, take_in to shopledger_app;
grant execute on procedure raise_alarm, settle_alarms to shopledger_app;

-- Who makes what in the books, what a system may be asked, and who rings.

-- One maker of a customer or product at a time; what was sent is repeated, never rebuilt.
create table creation_guards (
  account_id       bigint not null,
  system_id        bigint not null,
  kind             text not null check (kind in ('customer', 'product')),
  -- A digest where the key would be personal data.
  key              text not null,
  external_id      text,
  request          bytea not null,
  idempotency_key  text not null,
  holder           uuid not null,
  held_until       timestamptz not null,
  first_sent_at    timestamptz,
  last_sent_at     timestamptz,
  created_at       timestamptz not null default now(),
  primary key (account_id, system_id, kind, key),
  foreign key (account_id, system_id) references systems (account_id, id)
);
call bind_to_account('creation_guards');
grant select, insert, update, delete on creation_guards to shopledger_app;

-- What one credential may be asked, shared by all workers: a bucket of tokens, and a rest after trouble.
create table budgets (
  account_id     bigint not null,
  system_id      bigint not null,
  tokens         double precision not null,
  refilled_at    timestamptz not null default now(),
  blocked_until  timestamptz,
  blocked_by     text,
  -- The system asked for the rest itself: nothing else ends it.
  is_asked       boolean not null default false,
  -- Calls in a row that the system was not up to.
  troubles       integer not null default 0,
  primary key (account_id, system_id),
  foreign key (account_id, system_id) references systems (account_id, id)
) with (fillfactor = 50);
call bind_to_account('budgets');
grant select, insert, update on budgets to shopledger_app;

-- Messages that nobody could handle; RabbitMQ keeps them, too, for a while.
create table dead_letters (
  id           bigint generated always as identity primary key,
  account_id   bigint,
  transfer_id  bigint,
  queue        text not null,
  message_id   text not null,
  words        jsonb not null,
  error        text not null,
  died_at      timestamptz not null default now()
);
call bind_to_account('dead_letters');
grant select on dead_letters to shopledger_app;

-- The next transfers to ring for, at most so many, each marked as rung. A connection gets no more than it may have in
-- flight, live ones first, and those of bulk runs as many as their share; one that is off, one whose shop or books rest or are broken, and one of another kind than `p_kinds` gets none.
-- In turns, one of each connection. One relay at a time looks; another one finds nothing then.
create function ring(p_most integer, p_kinds text[])
returns table (account_id bigint, connection_id bigint, transfer_id bigint, kind text, source_number text, reason text)
language plpgsql security definer set search_path = shopledger, pg_temp
-- By their key: the planner cannot know how few rows the limits leave, and would read the whole table.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  if not pg_try_advisory_xact_lock(hashtextextended('shopledger.ring', 0)) then
    return;
  end if;
  return query
  with recursive having_work as (
    (select t.connection_id from transfers t
     where t.state = 'waiting' and t.rung_at is null and t.next_attempt_at is null
     order by t.connection_id limit 1)
    union all
    select (select t.connection_id from transfers t
            where t.state = 'waiting' and t.rung_at is null and t.next_attempt_at is null
              and t.connection_id > h.connection_id
            order by t.connection_id limit 1)
    from having_work h where h.connection_id is not null
  ),
  room as (
    select c.id, c.kind, c.most_in_flight - f.flying as free,
           greatest(1, floor(c.most_in_flight * coalesce(
             (select max(r.share) from runs r where r.connection_id = c.id and r.state = 'running'), 0.5)))
             - f.bulk_flying as free_for_bulk
    from having_work h
    join connections c on c.id = h.connection_id and c.active and c.kind = any(p_kinds)
    join accounts a on a.id = c.account_id and a.active
    join systems s on s.id = c.source_system_id and s.active and s.broken_at is null
    join systems b on b.id = c.target_system_id and b.active and b.broken_at is null
    cross join lateral (
      select count(*) as flying, count(*) filter (where t.is_bulk) as bulk_flying from transfers t
      where t.connection_id = c.id
        and (t.state = 'working' or (t.state = 'waiting' and t.rung_at is not null))) f
    where not exists (
      select from budgets r
      where r.account_id = c.account_id and r.system_id in (c.source_system_id, c.target_system_id)
        and r.blocked_until > now())
  ),
  live as (
    select n.account_id, n.id, room.kind, room.id as connection_id
    from room cross join lateral (
      select t.account_id, t.id from transfers t
      where t.connection_id = room.id and not t.is_bulk
        and t.state = 'waiting' and t.rung_at is null and t.next_attempt_at is null
      order by t.id limit greatest(room.free, 0)
      for update skip locked) n
    limit p_most
  ),
  bulk as (
    select n.account_id, n.id, room.kind
    from room cross join lateral (
      select t.account_id, t.id from transfers t
      where t.connection_id = room.id and t.is_bulk
        and t.state = 'waiting' and t.rung_at is null and t.next_attempt_at is null
      order by t.id
      limit greatest(0, least(room.free_for_bulk, room.free - (select count(*) from live where live.connection_id = room.id)))
      for update skip locked) n
    limit p_most - (select count(*) from live)
  ),
  picked as (
    select account_id, id, kind from live union all select account_id, id, kind from bulk
  ),
  rung as (
    update transfers t set rung_at = clock_timestamp()
    from picked p
    where t.account_id = p.account_id and t.id = p.id
    returning t.account_id, t.connection_id, t.id, p.kind, t.source_number,
              case when t.failures > 0 then 'retry' when t.version = 1 then 'new' else 'changed' end as reason
  )
  select r.account_id, r.connection_id, r.id, r.kind, r.source_number, r.reason
  from rung r
  order by row_number() over (partition by r.connection_id order by r.id), r.connection_id;
end
$$;

-- Takes a mark back: the message was not confirmed, so the next round rings again.
create function unring(p_accounts bigint[], p_transfers bigint[]) returns integer
language plpgsql security definer set search_path = shopledger, pg_temp as $$
declare
  v_count integer;
begin
  update transfers t set rung_at = null
  from unnest(p_accounts, p_transfers) as u (account_id, id)
  where t.account_id = u.account_id and t.id = u.id and t.state = 'waiting' and t.rung_at is not null;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- What waited for a time that has come can be rung.
create function wake_due(p_most integer default 5000) returns integer
language plpgsql security definer set search_path = shopledger, pg_temp as $$
declare
  v_count integer;
begin
  update transfers t set next_attempt_at = null
  from (select account_id, id from transfers
        where state = 'waiting' and next_attempt_at <= now()
        order by next_attempt_at limit p_most for update skip locked) due
  where t.account_id = due.account_id and t.id = due.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A worker that is gone, or too slow, loses what it held. What takes one worker after the other with it waits longer and
-- longer from the fourth time on.
create function free_expired() returns integer
language plpgsql security definer set search_path = shopledger, pg_temp as $$
declare
  v_count integer;
begin
  update transfers t
  set state = (case when is_on(c) then 'waiting' else 'held' end)::transfer_state, reason = 'worker_lost',
      rung_at = null, lease_token = null, lease_until = null, updated_at = now(),
      lost_in_a_row = t.lost_in_a_row + 1,
      next_attempt_at = case when t.lost_in_a_row >= 3
                        then now() + least(60 * 2 ^ least(t.lost_in_a_row - 3, 6), 3600) * interval '1 second' end
  from (select account_id, id from transfers
        where state = 'working' and lease_until <= now() for update skip locked) gone, connections c
  where t.account_id = gone.account_id and t.id = gone.id and c.id = t.connection_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A message of which nothing came for so long counts as lost.
create function sweep(p_older interval) returns integer
language plpgsql security definer set search_path = shopledger, pg_temp as $$
declare
  v_count integer;
begin
  update transfers t set rung_at = null
  from (select account_id, id from transfers
        where state = 'waiting' and rung_at is not null and rung_at < clock_timestamp() - p_older
        for update skip locked) lost
  where t.account_id = lost.account_id and t.id = lost.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A message that nobody could handle; its transfer, unless there is news of it or somebody works on it, waits for a person.
create function mark_dead_letter(p_account bigint, p_transfer bigint, p_queue text, p_message text, p_words jsonb,
                                 p_error text) returns void
language sql security definer set search_path = shopledger, pg_temp as $$
  update transfers
  set state = 'failed', reason = 'dead_letter', rung_at = null, next_attempt_at = null, updated_at = now()
  where account_id = p_account and id = p_transfer and state = 'waiting' and rung_at is not null;
  insert into dead_letters (account_id, transfer_id, queue, message_id, words, error)
  values (p_account, p_transfer, p_queue, p_message, p_words, p_error)
$$;

revoke all on function ring, unring, wake_due, free_expired, sweep, mark_dead_letter from public;
grant execute on function ring, unring, wake_due, free_expired, sweep, mark_dead_letter to shopledger_app;

-- What a worker asks of the store: one call to claim a transfer with all that its work needs, one to freeze what will be
-- sent, one to record how it ended. Each looks at the lease; whoever lost it changes nothing.

-- Takes the transfer for as long as the lease lasts. `verdict`:
--   claimed  the rest of the row is filled
--   nothing  it does not wait (a late or doubled message), or there is none
--   busy     somebody else holds it
--   early    it waits for a time
--   resting  its shop or books rest, or are broken: it is rung for when that is over
--   crowded  its connection has enough in flight
--   off      its connection, a system or the account is switched off: it is held
create function claim(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval,
  out verdict text, out attempt_id bigint, out version integer, out failures integer, out needs_fetch boolean,
  out source_type text, out source_id text, out source_number text, out connection_id bigint, out owner_asked boolean,
  out settings jsonb, out source_system bigint, out source_kind text, out source_credentials bytea,
  out target_system bigint, out target_kind text, out target_credentials bytea, out is_troubled boolean,
  out active_since timestamptz, out event_id bigint, out body bytea,
  out document_id bigint, out document_state text, out document_kind text, out document_reference text,
  out document_key text, out document_request bytea, out document_number text, out document_place text,
  out document_currency text,
  out document_total numeric,
  out document_answered numeric, out first_sent interval, out last_sent interval, out generation integer,
  out is_to_be_booked boolean, out booking_key text, out booking_sent interval, out is_waived boolean, out ignored_why text,
  out document_origin text, out former_id bigint, out former_kind text, out former_reference text, out former_key text, out former_number text,
  out document_expected jsonb, out target_rounding text[], out is_shared boolean,
  out is_imported boolean
)
language plpgsql as $$
declare
  t shopledger.transfers;
  c shopledger.connections;
  v_on boolean;
  v_broken boolean;
  v_rest timestamptz;
  v_supersedes bigint;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  select * into t from shopledger.transfers x where x.account_id = p_account and x.id = p_transfer for update;
  verdict := case
    when t.id is null or t.state not in ('waiting', 'working') then 'nothing'
    when t.state = 'working' and t.lease_until > now() and t.lease_token <> p_token then 'busy'
    when t.state = 'waiting' and t.next_attempt_at > now() then 'early'
  end;
  if verdict is not null then
    return;
  end if;

  select * into c from shopledger.connections x where x.id = t.connection_id;
  select shopledger.is_on(c), coalesce(s.broken_at, b.broken_at) is not null,
         s.id, s.kind, s.credentials, b.id, b.kind, b.credentials, b.rounding
  into v_on, v_broken, source_system, source_kind, source_credentials, target_system, target_kind, target_credentials,
       target_rounding
  from shopledger.systems s, shopledger.systems b
  where s.id = c.source_system_id and b.id = c.target_system_id;
  select max(r.blocked_until), coalesce(max(r.troubles), 0) > 0 into v_rest, is_troubled
  from shopledger.budgets r where r.account_id = p_account and r.system_id in (source_system, target_system);

  verdict := case
    when not v_on then 'off'
    when v_broken or v_rest > now() then 'resting'
    when t.state = 'waiting' and c.most_in_flight <= (
      select count(*) from shopledger.transfers f where f.connection_id = c.id and f.state = 'working') then 'crowded'
    else 'claimed'
  end;
  if verdict <> 'claimed' then
    update shopledger.transfers x
    set state = case when v_on then 'waiting' else 'held' end::shopledger.transfer_state,
        rung_at = null, next_attempt_at = null, lease_token = null, lease_until = null, updated_at = now()
    where x.account_id = p_account and x.id = p_transfer;
    return;
  end if;

  update shopledger.transfers x
  set state = 'working', lease_token = p_token, lease_until = now() + p_lease, updated_at = now()
  where x.account_id = p_account and x.id = p_transfer;
  attempt_id := nextval('shopledger.attempts_id');
  insert into shopledger.attempts (id, account_id, transfer_id, version, settings_version)
  values (attempt_id, p_account, p_transfer, t.version, c.settings_version);

  version := t.version;
  failures := t.failures;
  needs_fetch := t.needs_fetch;
  owner_asked := t.owner_asked;
  is_waived := t.is_waived;
  ignored_why := t.ignored_why;
  is_imported := t.is_imported;
  source_type := t.source_type;
  source_id := t.source_id;
  source_number := t.source_number;
  connection_id := c.id;
  active_since := c.active_since;
  event_id := t.newest_event_id;
  -- Other connections take orders of its shop, too: it is to be seen which of them this one goes by.
  is_shared := exists (select from shopledger.connections o
                       where o.source_system_id = c.source_system_id and o.kind = c.kind and o.id <> c.id);
  select k.settings into settings from shopledger.connection_settings k
  where k.connection_id = c.id and k.version = c.settings_version;
  select e.body into body from shopledger.events e where e.id = t.newest_event_id and e.received_at = t.newest_event_at;
  -- The living document is the one that takes the place of the others; what was planned and never sent does not exist.
  select d.id, d.state, d.kind, d.reference, d.idempotency_key, d.request, d.external_number, d.place, d.currency, d.total,
         d.answered_total, now() - d.first_sent_at, now() - d.last_sent_at, d.generation, d.is_to_be_booked, d.booking_key,
         now() - d.booking_sent_at, d.origin, d.supersedes, d.expected
  into document_id, document_state, document_kind, document_reference, document_key, document_request, document_number,
       document_place, document_currency, document_total, document_answered, first_sent, last_sent, generation,
       is_to_be_booked, booking_key, booking_sent, document_origin, v_supersedes, document_expected
  from shopledger.documents d
  where d.connection_id = c.id and d.source_type = t.source_type and d.source_id = t.source_id and d.sub_id = ''
    and d.state in ('planned', 'draft', 'booked') and (d.first_sent_at is not null or d.origin <> 'sent')
    and not exists (select from shopledger.documents n where n.supersedes = d.id and n.first_sent_at is not null
                    and n.state in ('planned', 'draft', 'booked'))
  order by d.id desc limit 1;
  select d.id, d.kind, d.reference, d.idempotency_key, d.external_number
  into former_id, former_kind, former_reference, former_key, former_number
  from shopledger.documents d
  where d.id = v_supersedes and d.state in ('planned', 'draft', 'booked');
  -- Of the next one that is made: no document of old may be taken for it.
  select greatest(claim.generation, coalesce(max(d.generation), 0) + 1) into generation
  from shopledger.documents d
  where d.connection_id = c.id and d.source_type = t.source_type and d.source_id = t.source_id and d.sub_id = ''
    and d.state in ('superseded', 'gone') and (d.first_sent_at is not null or d.origin <> 'sent');
end
$$;

-- Makes the lease last from now on; false for who lost it.
create function renew(p_account bigint, p_transfer bigint, p_token uuid, p_lease interval) returns boolean
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.transfers set lease_until = now() + p_lease
  where account_id = p_account and id = p_transfer and lease_token = p_token and state = 'working'
    and lease_until > now();
  return found;
end
$$;

-- From now on the order goes by that connection; null then. Or the name of the other connection of its shop that has a
-- document of it: there it stays. Where both have one, each goes on with its own.
create function take_route(p_account bigint, p_connection bigint, p_source_type text, p_source_id text) returns text
language plpgsql as $$
declare
  v_system bigint;
  v_other bigint;
  v_is_its_own boolean;
begin
  select c.source_system_id into v_system from shopledger.connections c where c.id = p_connection;
  insert into shopledger.routes (account_id, system_id, source_type, source_id, connection_id)
  values (p_account, v_system, p_source_type, p_source_id, p_connection)
  on conflict do nothing;
  perform from shopledger.routes r
  where r.system_id = v_system and r.source_type = p_source_type and r.source_id = p_source_id for update;
  -- A statement of its own, under the lock: one that waited for it would not see what was frozen meanwhile.
  select (array_agg(c.id order by d.id) filter (where c.id <> p_connection))[1], bool_or(c.id = p_connection)
  into v_other, v_is_its_own
  from shopledger.connections c
  join shopledger.documents d on d.connection_id = c.id and d.source_type = p_source_type and d.source_id = p_source_id
    and d.sub_id = '' and (d.state in ('draft', 'booked') or d.state = 'planned' and d.first_sent_at is not null)
  where c.source_system_id = v_system;
  if v_other is null or not v_is_its_own then
    update shopledger.routes r set connection_id = coalesce(v_other, p_connection), routed_at = now()
    where r.system_id = v_system and r.source_type = p_source_type and r.source_id = p_source_id
      and r.connection_id <> coalesce(v_other, p_connection);
  end if;
  return (select c.name from shopledger.connections c where c.id = v_other and not v_is_its_own);
end
$$;

-- Freezes what is about to be sent. A document that was planned and never sent is written anew; one that was sent is not
-- touched. `p_supersedes`: the document whose place it takes. `verdict`: frozen; lost (the lease); outdated (the shop has
-- said something newer); off (something on its way is switched off); elsewhere (the connection of that name has a document
-- of the order).
create function freeze(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_kind text,
  p_generation integer, p_reference text, p_key text, p_request bytea, p_currency text, p_total numeric,
  p_is_to_be_booked boolean default false, p_supersedes bigint default null, p_expected jsonb default null,
  out verdict text, out document_id bigint, out elsewhere text
)
language plpgsql as $$
declare
  t shopledger.transfers;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.transfers x set lease_until = now() + p_lease
  where x.account_id = p_account and x.id = p_transfer and x.lease_token = p_token and x.state = 'working'
    and x.lease_until > now()
  returning * into t;
  if not found then
    verdict := 'lost';
    return;
  elsif t.version <> p_version then
    verdict := 'outdated';
    return;
  elsif not (select shopledger.is_on(c) from shopledger.connections c where c.id = t.connection_id) then
    verdict := 'off';
    return;
  end if;
  elsewhere := shopledger.take_route(p_account, t.connection_id, t.source_type, t.source_id);
  if elsewhere is not null then
    verdict := 'elsewhere';
    return;
  end if;
  -- What was planned and never went out is not in the way of another kind, or of a later generation.
  update shopledger.documents set state = 'gone', updated_at = now()
  where connection_id = t.connection_id and source_type = t.source_type and source_id = t.source_id
    and (kind <> p_kind or generation <> p_generation) and state = 'planned' and first_sent_at is null;
  insert into shopledger.documents as d (
    account_id, connection_id, transfer_id, source_type, source_id, kind, generation, state, reference, idempotency_key,
    request, currency, total, is_to_be_booked, supersedes, expected, first_sent_at, last_sent_at)
  values (
    p_account, t.connection_id, t.id, t.source_type, t.source_id, p_kind, p_generation, 'planned', p_reference, p_key,
    p_request, p_currency, p_total, p_is_to_be_booked, p_supersedes, p_expected, now(), now())
  on conflict (connection_id, source_type, source_id, kind, sub_id, generation) do update set
    state = 'planned', reference = excluded.reference, idempotency_key = excluded.idempotency_key, request = excluded.request,
    currency = excluded.currency, total = excluded.total, is_to_be_booked = excluded.is_to_be_booked,
    supersedes = excluded.supersedes, expected = excluded.expected, first_sent_at = now(), last_sent_at = now(), updated_at = now()
  where d.state in ('planned', 'gone') and d.first_sent_at is null
     or d.state = 'planned' and d.idempotency_key = excluded.idempotency_key
  returning d.id into document_id;
  verdict := case when document_id is null then 'lost' else 'frozen' end;
end
$$;

-- The same bytes go out once more. False for who lost the lease, and where something was switched off.
create function send_again(p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_document bigint)
returns boolean
language plpgsql as $$
begin
  if not shopledger.renew(p_account, p_transfer, p_token, p_lease) then
    return false;
  end if;
  update shopledger.documents d set last_sent_at = now(), updated_at = now()
  from shopledger.connections c
  where d.id = p_document and d.state = 'planned' and c.id = d.connection_id and shopledger.is_on(c);
  return found;
end
$$;

-- How far a document has come, written down in the middle of a try; makes the lease last. With `p_booking_key` it is about
-- to be booked, under that key. Null arguments leave it as it is. `verdict`: noted; lost (the lease); and where it was to be
-- booked, outdated (the shop or the owner has said something newer) or off (something on its way is switched off).
create function progress(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_document bigint, p_state text,
  p_place text, p_number text, p_answered numeric, p_booking_key text, out verdict text
)
language plpgsql as $$
begin
  if not shopledger.renew(p_account, p_transfer, p_token, p_lease) then
    verdict := 'lost';
    return;
  end if;
  select case when p_booking_key is null then 'noted'
              when t.version <> p_version then 'outdated'
              when not shopledger.is_on(c) then 'off'
              else 'noted' end
  into verdict
  from shopledger.transfers t join shopledger.connections c on c.id = t.connection_id
  where t.account_id = p_account and t.id = p_transfer;
  update shopledger.documents
  set state = coalesce(p_state, state), place = coalesce(p_place, place), updated_at = now(),
      external_number = coalesce(p_number, external_number), answered_total = coalesce(p_answered, answered_total),
      is_to_be_booked = is_to_be_booked or p_booking_key is not null,
      booking_key = case when verdict = 'noted' then coalesce(p_booking_key, booking_key) else booking_key end,
      booking_sent_at = case when verdict = 'noted' and p_booking_key is not null then now() else booking_sent_at end
  where id = p_document;
end
$$;

-- Another content for a draft is about to go out, under a new key; what the books come to is unknown until they answer.
-- `verdict` as in `freeze`.
create function refreeze(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_document bigint, p_key text,
  p_request bytea, p_currency text, p_total numeric, p_expected jsonb default null, out verdict text
)
language plpgsql as $$
begin
  verdict := case
    when not shopledger.renew(p_account, p_transfer, p_token, p_lease) then 'lost'
    when (select t.version from shopledger.transfers t where t.account_id = p_account and t.id = p_transfer) <> p_version
      then 'outdated'
    when not (select shopledger.is_on(c) from shopledger.connections c
              join shopledger.documents d on d.connection_id = c.id where d.id = p_document) then 'off'
    else 'frozen'
  end;
  if verdict = 'frozen' then
    update shopledger.documents
    set idempotency_key = p_key, request = p_request, currency = p_currency, total = p_total, expected = p_expected,
        last_sent_at = now(), answered_total = null, booking_key = null, booking_sent_at = null, updated_at = now()
    where id = p_document and state = 'draft';
  end if;
end
$$;

-- Ends a try. A newer word of the shop makes the transfer wait again whatever became of this try. Null arguments leave
-- the document alone; `p_unsent` says that what was frozen, or booked, surely was not carried out, `p_open` that nobody
-- knows, and that it may still be carried out from now on. False for who lost the lease.
create function record(
  p_account bigint, p_transfer bigint, p_token uuid, p_version integer, p_attempt bigint,
  p_state shopledger.transfer_state, p_outcome text, p_reason text, p_detail bytea, p_wait interval, p_failures integer,
  p_document bigint, p_document_state text, p_place text, p_number text, p_answered numeric, p_unsent boolean,
  p_open boolean, p_event bigint, p_stages text[], p_bodies bytea[]
) returns boolean
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.transfers t
  set state = case when p_state = 'waiting' or t.version > p_version
                   then (case when shopledger.is_on(c) then 'waiting' else 'held' end)::shopledger.transfer_state
                   else p_state end,
      reason = p_reason, lost_in_a_row = 0, updated_at = now(),
      failures = case when t.version > p_version then t.failures else p_failures end, lease_token = null, lease_until = null,
      handled_version = case when p_state = 'waiting' then t.handled_version else p_version end,
      needs_fetch = t.needs_fetch and (p_state = 'waiting' or t.version > p_version),
      -- A word that came meanwhile is still to be heard.
      owner_asked = t.owner_asked and (t.version > p_version
                                       or p_state = 'waiting' and p_document_state is distinct from 'gone'),
      is_waived = t.is_waived and (t.version > p_version or p_state in ('waiting', 'failed')),
      is_bulk = t.is_bulk and (t.version > p_version or p_state = 'waiting'),
      rung_at = null,
      next_attempt_at = case when p_state = 'waiting' and (t.version = p_version or p_open) then now() + p_wait end
  from shopledger.connections c
  where t.account_id = p_account and t.id = p_transfer and t.lease_token = p_token and t.state = 'working'
    and c.id = t.connection_id;
  if not found then
    return false;
  end if;
  if p_document is not null then
    update shopledger.documents
    set state = coalesce(p_document_state, state), place = coalesce(p_place, place),
        external_number = coalesce(p_number, external_number), answered_total = coalesce(p_answered, answered_total),
        first_sent_at = case when p_unsent and booking_key is null then null else first_sent_at end,
        last_sent_at = case when booking_key is not null then last_sent_at when p_unsent then null
                       when p_open then now() else last_sent_at end,
        booking_key = case when p_unsent then null else booking_key end,
        booking_sent_at = case when p_unsent or p_document_state = 'booked' then null
                          when p_open and booking_key is not null then now() else booking_sent_at end,
        updated_at = now()
    where id = p_document;
  end if;
  -- In their order: a stage may come twice, and no two of them may have the same time.
  insert into shopledger.attempt_stages (attempt_id, at, account_id, stage, event_id, body)
  select p_attempt, clock_timestamp() + s.nth * interval '1 microsecond', p_account, s.stage,
         case when s.stage = 'original' then p_event end, s.body
  from unnest(p_stages, p_bodies) with ordinality as s (stage, body, nth);
  insert into shopledger.attempt_stages (attempt_id, at, account_id, stage, outcome, reason, body)
  values (p_attempt, clock_timestamp() + (cardinality(p_stages) + 1) * interval '1 microsecond', p_account, 'ended',
          p_outcome, p_reason, p_detail);
  return true;
end
$$;

revoke all on function take_route, claim, renew, freeze, send_again, progress, refreeze, record from public;
grant execute on function take_route, claim, renew, freeze, send_again, progress, refreeze, record to shopledger_app;

-- Who may make a customer or a product, and what a system may be asked.

-- Asks for the right to make one thing in a system. `verdict`:
--   made   it was made: `external_id`
--   busy   somebody else makes it now
--   yours  send `request` with `idempotency_key`: what was sent first, if ever something was (`first_sent`, `last_sent`)
create function guard(
  p_account bigint, p_system bigint, p_kind text, p_key text, p_holder uuid, p_hold interval, p_request bytea,
  p_idempotency_key text,
  out verdict text, out external_id text, out request bytea, out idempotency_key text, out first_sent interval,
  out last_sent interval
)
language plpgsql as $$
declare
  g shopledger.creation_guards;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  insert into shopledger.creation_guards as n (
    account_id, system_id, kind, key, request, idempotency_key, holder, held_until)
  values (p_account, p_system, p_kind, p_key, p_request, p_idempotency_key, p_holder, now() + p_hold)
  on conflict (account_id, system_id, kind, key) do update set
    request = case when n.first_sent_at is null then excluded.request else n.request end,
    idempotency_key = case when n.first_sent_at is null then excluded.idempotency_key else n.idempotency_key end,
    holder = excluded.holder, held_until = excluded.held_until
  where n.external_id is null and (n.held_until <= clock_timestamp() or n.holder = excluded.holder)
  returning * into g;
  if not found then
    select * into g from shopledger.creation_guards n
    where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key;
    verdict := case when g.external_id is null then 'busy' else 'made' end;
    external_id := g.external_id;
    return;
  end if;
  verdict := 'yours';
  request := g.request;
  idempotency_key := g.idempotency_key;
  first_sent := now() - g.first_sent_at;
  last_sent := now() - g.last_sent_at;
  update shopledger.creation_guards n set first_sent_at = coalesce(n.first_sent_at, now())
  where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key;
end
$$;

-- What became of it. Made: `p_external_id`. Surely not made: `p_unsent`, and the next one begins afresh. Otherwise it is
-- open, from now on, and the next one repeats what was sent.
create function settle_guard(p_account bigint, p_system bigint, p_kind text, p_key text, p_holder uuid,
                             p_external_id text, p_unsent boolean, p_open boolean) returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.creation_guards n
  set external_id = p_external_id, held_until = now(),
      first_sent_at = case when p_unsent then null else n.first_sent_at end,
      last_sent_at = case when p_unsent then null when p_open then now() else n.last_sent_at end
  where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key
    and n.holder = p_holder;
end
$$;

-- The books do not have it any more: it may be made again.
create function forget_guard(p_account bigint, p_system bigint, p_kind text, p_key text, p_external_id text)
returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  delete from shopledger.creation_guards n
  where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key
    and n.external_id = p_external_id;
end
$$;

-- Takes tokens out of a credential's bucket, which refills evenly. `p_left` is what the system itself said was left.
create function spend(p_account bigint, p_system bigint, p_want integer, p_capacity double precision,
                      p_seconds double precision, p_left double precision,
                      out granted integer, out wait_seconds double precision)
language plpgsql as $$
declare
  b shopledger.budgets;
  v_now timestamptz;
  v_tokens double precision;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  insert into shopledger.budgets (account_id, system_id, tokens) values (p_account, p_system, p_capacity)
  on conflict (account_id, system_id) do nothing;
  select * into b from shopledger.budgets x where x.account_id = p_account and x.system_id = p_system for update;
  v_now := clock_timestamp();
  v_tokens := least(p_capacity, p_left,
                    b.tokens + greatest(extract(epoch from v_now - b.refilled_at), 0) * p_capacity / p_seconds);
  granted := case when v_tokens < 1 then 0 else least(p_want, floor(v_tokens)) end;
  wait_seconds := case when granted = 0 then (1 - v_tokens) * p_seconds / p_capacity else 0 end;
  if b.blocked_until > v_now then
    granted := 0;
    wait_seconds := extract(epoch from b.blocked_until - v_now);
  end if;
  update shopledger.budgets x set tokens = v_tokens - granted, refilled_at = v_now
  where x.account_id = p_account and x.system_id = p_system;
end
$$;

-- A call that the system was not up to. It rests for as long as it asked; without a word from it after the fifth in a
-- row, and twice as long each time it fails again, up to five minutes. What was under way when a rest began says nothing.
create function note_trouble(p_account bigint, p_system bigint, p_reason text, p_after interval) returns timestamptz
language plpgsql as $$
declare
  v_until timestamptz;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  insert into shopledger.budgets as b (account_id, system_id, tokens, troubles, blocked_until, blocked_by, is_asked)
  values (p_account, p_system, 0, 1, now() + p_after, p_reason, p_after is not null)
  on conflict (account_id, system_id) do update set
    troubles = b.troubles + case when b.blocked_until > now() then 0 else 1 end,
    blocked_by = p_reason,
    is_asked = p_after is not null or (b.is_asked and b.blocked_until > now()),
    blocked_until = greatest(b.blocked_until, case
      when p_after is not null then now() + p_after
      when b.blocked_until > now() or b.troubles < 4 then null
      else now() + least(5 * 2 ^ least(b.troubles - 4, 6), 300) * interval '1 second' end)
  returning blocked_until into v_until;
  return v_until;
end
$$;

-- A call succeeded: the row of troubles ends, and with it a rest, unless the system asked for it.
create function note_recovery(p_account bigint, p_systems bigint[]) returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.budgets set troubles = 0, blocked_until = case when is_asked then blocked_until end
  where account_id = p_account and system_id = any(p_systems) and troubles > 0;
end
$$;

-- These credentials are refused: nothing is asked with them any more until they are changed, and the owner is told once.
create function break_system(p_account bigint, p_system bigint, p_credentials bytea, p_reason text, p_detail text)
returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.systems set broken_reason = p_reason, broken_at = now()
  where id = p_system and broken_at is null and credentials is not distinct from p_credentials;
  if found then
    call shopledger.raise_alarm(p_account, p_system, null, p_reason, p_detail);
  end if;
end
$$;

revoke all on function guard, settle_guard, forget_guard, spend, note_trouble, note_recovery, break_system from public;
grant execute on function guard, settle_guard, forget_guard, spend, note_trouble, note_recovery, break_system
  to shopledger_app;

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
  set state = (case when is_on(c) then 'waiting' else 'held' end)::transfer_state, rung_at = null,
      lease_token = null, lease_until = null, updated_at = now()
  from connections c
  where t.state = 'working' and c.id = t.connection_id;
  get diagnostics v_count = row_count;
  update runs set rung_at = null, lease_token = null, lease_until = null where rung_at is not null or lease_until is not null;
  update schedules set rung_at = 'epoch', lease_token = null, lease_until = null
  where rung_at is not null or lease_until is not null;
  return v_count;
end
$$;

revoke all on function accounts_there_are, take_over from public;
grant execute on function accounts_there_are, take_over to shopledger_app;

-- When jobs look at a shop, and how far each has come.

-- One row per connection and job; a job about all of a shop has no connection. `due` is the time of the latest run.
create table schedules (
  id             bigint generated always as identity primary key,
  account_id     bigint not null,
  system_id      bigint not null,
  connection_id  bigint,
  job            text not null check (job in ('poll', 'recheck', 'webhooks')),
  -- The epoch: it is to be planned.
  next_due       timestamptz not null default 'epoch',
  due            timestamptz,
  -- A message is under way since then; a worker has it in hand until then.
  rung_at        timestamptz,
  lease_token    uuid,
  lease_until    timestamptz,
  began_at       timestamptz,
  ended_at       timestamptz,
  -- How far it has come: whatever the job wants to find again.
  cursor         jsonb not null default '{}',
  found          integer not null default 0,
  sent           integer not null default 0,
  skipped        integer not null default 0,
  failed         integer not null default 0,
  -- Why the latest run did not come to its end; empty where it did.
  problem        text not null default '',
  -- Since when none came to its end.
  troubled_since timestamptz,
  report         jsonb,
  paused_at      timestamptz,
  paused_why     text,
  unique nulls not distinct (system_id, connection_id, job),
  foreign key (account_id, system_id) references systems (account_id, id),
  foreign key (account_id, connection_id) references connections (account_id, id)
);
create index schedules_due on schedules (next_due) where paused_at is null;
create index schedules_forgotten on schedules (coalesce(rung_at, lease_until)) where rung_at is not null or lease_until is not null;
call bind_to_account('schedules');
grant select, insert, update on schedules to shopledger_app;

-- What is due at `p_now`, longest due first. A connection that is off is planned on, and not run.
create function due_schedules(p_now timestamptz, p_most integer)
returns table (schedule_id bigint, account_id bigint, system_id bigint, connection_id bigint, job text, next_due timestamptz,
               is_on boolean, is_unfinished boolean, webhooks_work boolean, settings jsonb)
language sql stable security definer set search_path = shopledger, pg_temp as $$
  select s.id, s.account_id, s.system_id, s.connection_id, s.job, s.next_due,
         y.active and a.active and (c.id is null or is_on(c)),
         s.began_at is not null and (s.ended_at is null or s.problem <> ''), y.webhooks_work, k.settings
  from schedules s
  join systems y on y.id = s.system_id
  join accounts a on a.id = s.account_id
  left join connections c on c.id = s.connection_id
  left join connection_settings k on k.connection_id = c.id and k.version = c.settings_version
  where s.paused_at is null and s.next_due <= p_now
  order by s.next_due
  limit p_most
$$;

-- Plans the next run, and emits the one that is due where `p_runs` says so and the one before has ended. Compare and set
-- on the due time: each is emitted once, whoever asks. Returns those that are to be rung.
create function emit_schedules(p_schedules bigint[], p_dues timestamptz[], p_nexts timestamptz[], p_runs boolean[])
returns setof bigint
language sql security definer set search_path = shopledger, pg_temp as $$
  with wanted as (
    select s.id, u.next_due, u.runs and s.rung_at is null and coalesce(s.lease_until, '-infinity') <= now() as runs
    from unnest(p_schedules, p_dues, p_nexts, p_runs) as u (id, due, next_due, runs)
    join schedules s on s.id = u.id and s.next_due = u.due and s.paused_at is null
    for update of s
  ),
  moved as (
    update schedules s
    set next_due = w.next_due, due = case when w.runs then s.next_due else s.due end,
        rung_at = case when w.runs then clock_timestamp() else s.rung_at end,
        lease_token = case when w.runs then null else s.lease_token end,
        lease_until = case when w.runs then null else s.lease_until end
    from wanted w where w.id = s.id
    returning s.id, w.runs
  )
  select id from moved where runs
$$;

-- Runs whose message, or whose worker, was lost, longest lost first: rung for once more. A worker that was lost is a run
-- that did not come to its end. One that is paused waits until it is resumed.
create function forgotten_runs(p_older interval, p_most integer)
returns table (schedule_id bigint, account_id bigint, system_id bigint, connection_id bigint, job text, due timestamptz)
language sql security definer set search_path = shopledger, pg_temp as $$
  update schedules s
  set rung_at = clock_timestamp(), lease_token = null, lease_until = null,
      troubled_since = case when s.lease_until is null then s.troubled_since else coalesce(s.troubled_since, now()) end
  from (select id from schedules
        where (rung_at < clock_timestamp() - p_older or lease_until < clock_timestamp()) and paused_at is null
        order by coalesce(rung_at, lease_until)
        limit p_most
        for update skip locked) lost
  where s.id = lost.id
  returning s.id, s.account_id, s.system_id, s.connection_id, s.job, s.due
$$;

-- A message that surely did not arrive: the run waits for the next look, as one that was never emitted.
create function unring_schedules(p_schedules bigint[], p_dues timestamptz[]) returns void
language sql security definer set search_path = shopledger, pg_temp as $$
  update schedules s set rung_at = null, next_due = least(s.next_due, s.due)
  from unnest(p_schedules, p_dues) as u (id, due)
  where s.id = u.id and s.due = u.due and s.rung_at is not null
$$;
revoke all on function due_schedules, emit_schedules, forgotten_runs, unring_schedules from public;
grant execute on function due_schedules, emit_schedules, forgotten_runs, unring_schedules to shopledger_app;

-- Takes a run in hand. `verdict`:
--   begun    the rest of the row is filled
--   nothing  it was begun already, or is another one by now
--   off      its connection, a system or the account is switched off: it has ended
--   resting  its shop rests, or is broken: it has ended
create function begin_run(
  p_account bigint, p_schedule bigint, p_due timestamptz, p_token uuid, p_lease interval,
  out verdict text, out job text, out connection_id bigint, out connection_name text, out cursor jsonb, out counts integer[],
  out settings jsonb, out active_since timestamptz,
  out source_system bigint, out source_kind text, out source_credentials bytea, out webhooks_work boolean,
  out is_troubled boolean
)
language plpgsql as $$
declare
  s shopledger.schedules;
  c shopledger.connections;
  v_rest timestamptz;
  v_broken timestamptz;
  v_on boolean;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  select * into s from shopledger.schedules x where x.account_id = p_account and x.id = p_schedule for update;
  if s.id is null or s.due is distinct from p_due or s.rung_at is null then
    verdict := case when s.lease_token = p_token then 'begun' else 'nothing' end;
    if verdict = 'nothing' then
      return;
    end if;
  end if;
  select * into c from shopledger.connections x where x.id = s.connection_id;
  select y.active and a.active and (c.id is null or shopledger.is_on(c)), y.broken_at, y.id, y.kind, y.credentials,
         y.webhooks_work
  into v_on, v_broken, source_system, source_kind, source_credentials, webhooks_work
  from shopledger.systems y, shopledger.accounts a
  where y.id = s.system_id and a.id = p_account;
  select b.blocked_until, b.troubles > 0 into v_rest, is_troubled
  from shopledger.budgets b where b.account_id = p_account and b.system_id = s.system_id;
  is_troubled := coalesce(is_troubled, false);
  verdict := case when not v_on then 'off' when v_broken is not null or v_rest > now() then 'resting' else 'begun' end;
  if verdict <> 'begun' then
    update shopledger.schedules x
    set rung_at = null, lease_token = null, lease_until = null, began_at = now(), ended_at = now(), problem = verdict,
        found = 0, sent = 0, skipped = 0, failed = 0,
        troubled_since = case when verdict = 'resting' then coalesce(x.troubled_since, now()) end,
        next_due = case when verdict = 'resting' then least(x.next_due, now() + interval '15 minutes') else x.next_due end
    where x.id = s.id;
    return;
  end if;
  -- A run that was not finished goes on: it counts on, too.
  if s.ended_at is not null or s.began_at is null then
    s.found := 0; s.sent := 0; s.skipped := 0; s.failed := 0; s.began_at := now();
  end if;
  update shopledger.schedules x
  set rung_at = null, lease_token = p_token, lease_until = now() + p_lease, began_at = s.began_at, ended_at = null,
      problem = '', found = s.found, sent = s.sent, skipped = s.skipped, failed = s.failed
  where x.id = s.id;
  job := s.job;
  connection_id := s.connection_id;
  connection_name := c.name;
  active_since := c.active_since;
  cursor := s.cursor;
  counts := array[s.found, s.sent, s.skipped, s.failed];
  select k.settings into settings from shopledger.connection_settings k
  where k.connection_id = c.id and k.version = c.settings_version;
end
$$;

-- How far the run has come; makes its lease last. False for who lost it.
create function keep_run(p_account bigint, p_schedule bigint, p_token uuid, p_lease interval, p_cursor jsonb,
                         p_found integer, p_sent integer, p_skipped integer, p_failed integer) returns boolean
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.schedules
  set lease_until = now() + p_lease, cursor = p_cursor, found = p_found, sent = p_sent, skipped = p_skipped,
      failed = p_failed
  where account_id = p_account and id = p_schedule and lease_token = p_token and lease_until > now();
  return found;
end
$$;

-- Ends it; `p_again`: there is more to do, and it is due after so long. One that met a problem is soon tried again, also where
-- it comes once a night. False for who lost the lease.
create function end_run(p_account bigint, p_schedule bigint, p_token uuid, p_cursor jsonb, p_found integer, p_sent integer,
                        p_skipped integer, p_failed integer, p_problem text, p_report jsonb, p_again interval)
returns boolean
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.schedules s
  set lease_token = null, lease_until = null, cursor = p_cursor, found = p_found, sent = p_sent, skipped = p_skipped,
      failed = p_failed, problem = p_problem, report = coalesce(p_report, s.report),
      troubled_since = case when p_problem <> '' then coalesce(s.troubled_since, now()) when p_again is null then null
                       else s.troubled_since end,
      ended_at = case when p_again is null then now() end,
      next_due = case when p_again is not null then least(s.next_due, now() + p_again)
                 when p_problem <> '' then least(s.next_due, now() + interval '15 minutes') else s.next_due end
  where account_id = p_account and id = p_schedule and lease_token = p_token;
  return found;
end
$$;
revoke all on function begin_run, keep_run, end_run from public;
grant execute on function begin_run, keep_run, end_run to shopledger_app;

-- Bulk runs: what is done to many orders at once, behind the live ones.

-- Whether a filter names anything: it holds a number, or a text that is not empty.
create function names_something(p_filter jsonb) returns boolean
language sql immutable
return jsonb_typeof(p_filter) = 'object'
  and jsonb_path_exists(p_filter, '$.*[*] ? (@.type() == "number" || (@.type() == "string" && @ != ""))');

-- Who began what, when, and how far it is. Rows stay.
create table runs (
  id             bigint generated always as identity primary key,
  account_id     bigint not null,
  connection_id  bigint not null,
  kind           text not null check (kind in ('import', 'replay')),
  -- As people call it: import, recover, missing, bulk, retry_all.
  what           text not null check (what <> ''),
  filter         jsonb not null,
  created_by     text not null,
  created_at     timestamptz not null default now(),
  state          text not null default 'counting'
                 check (state in ('counting', 'ready', 'running', 'paused', 'cancelled', 'done', 'failed')),
  is_dry         boolean not null default false,
  -- What a dry run said: orders by outcome, how many were looked at, and what is closed.
  forecast       jsonb,
  cursor         jsonb not null default '{}',
  -- So many orders there are; null as long as nobody knows.
  total          integer,
  items          integer not null default 0,
  done           integer not null default 0,
  already        integer not null default 0,
  skipped        integer not null default 0,
  failed         integer not null default 0,
  -- Of what its connection may have in flight; one order at least.
  share          double precision not null default 0.5 check (share > 0 and share <= 1),
  next_at        timestamptz not null default now(),
  rung_at        timestamptz,
  lease_token    uuid,
  lease_until    timestamptz,
  -- Times in a row that it came to nothing; each makes the next wait longer.
  failures       integer not null default 0,
  -- Why it goes no further just now, or failed.
  problem        text not null default '',
  began_at       timestamptz,
  ended_at       timestamptz,
  -- Who paused, resumed and cancelled it, and when.
  steered        jsonb not null default '[]',
  constraint a_filter_names_something check (names_something(filter)),
  constraint a_dry_run_does_nothing check (not is_dry or state in ('counting', 'done', 'cancelled', 'failed')),
  unique (account_id, id),
  foreign key (account_id, connection_id) references connections (account_id, id)
);
create index runs_to_ring on runs (next_at) where state in ('ready', 'running');
create index runs_of_connection on runs (connection_id) where state = 'running';

-- What became of each order of a run; `outcome` null: nobody knows yet.
create table run_items (
  account_id     bigint not null,
  run_id         bigint not null,
  source_type    text not null,
  source_id      text not null,
  source_number  text,
  -- Null for what names no order that is known here.
  transfer_id    bigint,
  -- The transfer as this run raised it, and as it was before; a null state: it was not known.
  version        integer,
  former_state   transfer_state,
  former_reason  text,
  was_imported   boolean not null default false,
  had_document   boolean not null default false,
  added_at       timestamptz not null default clock_timestamp(),
  outcome        text check (outcome in ('done', 'already', 'skipped', 'failed', 'cancelled')),
  reason         text not null default '',
  ended_at       timestamptz,
  primary key (run_id, source_type, source_id),
  foreign key (account_id, run_id) references runs (account_id, id)
);
create unique index run_items_by_transfer on run_items (run_id, transfer_id) where transfer_id is not null;
create index run_items_unfinished on run_items (run_id) where outcome is null;
create index run_items_open on run_items (transfer_id) where outcome is null;

call bind_to_account('runs');
call bind_to_account('run_items');
grant select, insert, update on runs, run_items to shopledger_app;

-- Runs that are to be rung for, each marked as rung: due, and in nobody's hand, or lost by whoever had them. Not while
-- something on their way is off, broken or rests; and of one account two at once, so that others have their turn.
create function due_bulk_runs(p_older interval, p_most integer)
returns table (run_id bigint, account_id bigint, connection_id bigint, kind text, what text)
language sql security definer set search_path = shopledger, pg_temp as $$
  with waiting as materialized (
    select d.id, d.next_at, row_number() over (partition by d.account_id order by d.next_at, d.id) + (
             select count(*) from runs h
             where h.account_id = d.account_id and h.state in ('ready', 'running')
               and (h.rung_at >= clock_timestamp() - p_older or h.lease_until >= clock_timestamp())) as place
    from runs d join connections c on c.id = d.connection_id
    join systems s on s.id = c.source_system_id and s.broken_at is null
    join systems b on b.id = c.target_system_id and b.broken_at is null
    where d.state in ('ready', 'running') and d.next_at <= now() and is_on(c)
      and (d.rung_at is null and d.lease_until is null
           or d.rung_at < clock_timestamp() - p_older or d.lease_until < clock_timestamp())
      and not exists (
        select from budgets w
        where w.account_id = d.account_id and w.system_id in (s.id, b.id) and w.blocked_until > now())
  )
  update runs r
  set rung_at = clock_timestamp(), lease_token = null, lease_until = null
  from (select d.id
        from runs d join waiting w using (id)
        where w.place <= 2 and d.state in ('ready', 'running')
          and (d.rung_at is null and d.lease_until is null
               or d.rung_at < clock_timestamp() - p_older or d.lease_until < clock_timestamp())
        order by w.next_at limit p_most
        for update of d skip locked) due
  where r.id = due.id
  returning r.id, r.account_id, r.connection_id, r.kind, r.what
$$;

-- Messages that surely did not arrive.
create function unring_bulk_runs(p_runs bigint[]) returns void
language sql security definer set search_path = shopledger, pg_temp as $$
  update runs set rung_at = null where id = any(p_runs) and rung_at is not null
$$;
revoke all on function due_bulk_runs, unring_bulk_runs from public;
grant execute on function due_bulk_runs, unring_bulk_runs to shopledger_app;

-- Takes a run in hand. `verdict`:
--   begun    the rest of the row is filled
--   nothing  somebody else has it, or it has ended, or is paused
--   off      its connection, a system or the account is switched off: it waits
--   resting  its shop or books rest, or are broken: it waits
create function begin_bulk_run(
  p_account bigint, p_run bigint, p_token uuid, p_lease interval,
  out verdict text, out kind text, out what text, out filter jsonb, out cursor jsonb, out failures integer,
  out connection_id bigint, out connection_name text, out settings jsonb, out source_system bigint, out source_kind text,
  out source_credentials bytea, out is_troubled boolean
)
language plpgsql as $$
declare
  r shopledger.runs;
  c shopledger.connections;
  v_broken boolean;
  v_rest timestamptz;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  select * into r from shopledger.runs x where x.account_id = p_account and x.id = p_run for update;
  if r.id is null or r.state not in ('ready', 'running') or r.rung_at is null and r.lease_token is distinct from p_token then
    verdict := 'nothing';
    return;
  end if;
  select * into c from shopledger.connections x where x.id = r.connection_id;
  select coalesce(s.broken_at, b.broken_at) is not null, s.id, s.kind, s.credentials
  into v_broken, source_system, source_kind, source_credentials
  from shopledger.systems s, shopledger.systems b
  where s.id = c.source_system_id and b.id = c.target_system_id;
  select max(w.blocked_until), coalesce(max(w.troubles), 0) > 0 into v_rest, is_troubled
  from shopledger.budgets w
  where w.account_id = p_account and w.system_id in (c.source_system_id, c.target_system_id);
  verdict := case when not shopledger.is_on(c) then 'off' when v_broken or v_rest > now() then 'resting' else 'begun' end;
  if verdict <> 'begun' then
    update shopledger.runs x set rung_at = null, lease_token = null, lease_until = null where x.id = r.id;
    return;
  end if;
  update shopledger.runs x
  set state = 'running', rung_at = null, lease_token = p_token, lease_until = now() + p_lease,
      began_at = coalesce(x.began_at, now())
  where x.id = r.id;
  kind := r.kind;
  what := r.what;
  filter := r.filter;
  cursor := r.cursor;
  failures := r.failures;
  connection_id := c.id;
  connection_name := c.name;
  select k.settings into settings from shopledger.connection_settings k
  where k.connection_id = c.id and k.version = c.settings_version;
end
$$;

-- Notes what became of items whose transfers ended. What a switch holds waits for its owner, and not for the run.
create function settle_run(p_account bigint, p_run bigint) returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  -- The run before its items, as everybody does.
  perform from shopledger.runs r where r.account_id = p_account and r.id = p_run for update;
  with ended as (
    update shopledger.run_items i
    set outcome = case when t.state = 'done' and i.had_document then 'already'
                       when t.state = 'held' then 'skipped' else t.state::text end,
        reason = case when t.state = 'held' then 'held' else t.reason end, ended_at = clock_timestamp()
    from shopledger.transfers t join shopledger.connections c on c.id = t.connection_id, shopledger.runs r
    where i.account_id = p_account and i.run_id = p_run and i.outcome is null and r.id = p_run
      and t.account_id = p_account and t.id = i.transfer_id
      and (t.state in ('done', 'skipped', 'failed')
           or t.state = 'held' and shopledger.is_on(c) and r.state <> 'paused')
    returning i.outcome
  ),
  counted as (
    select count(*) filter (where outcome = 'done') as done, count(*) filter (where outcome = 'already') as already,
           count(*) filter (where outcome = 'skipped') as skipped, count(*) filter (where outcome = 'failed') as failed
    from ended
  )
  update shopledger.runs r
  set done = r.done + n.done, already = r.already + n.already, skipped = r.skipped + n.skipped, failed = r.failed + n.failed
  from counted n
  where r.account_id = p_account and r.id = p_run and n.done + n.already + n.skipped + n.failed > 0;
end
$$;

-- Settles, and makes the lease last. `verdict`: kept; stopped (it was paused or cancelled); lost (the lease). A null
-- cursor leaves it as it is; `p_is_whole`: no more items will come.
create function keep_bulk_run(p_account bigint, p_run bigint, p_token uuid, p_lease interval, p_cursor jsonb,
                              p_is_whole boolean, out verdict text, out unfinished integer)
language plpgsql as $$
declare
  r shopledger.runs;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.runs x
  set lease_until = now() + p_lease, cursor = coalesce(p_cursor, x.cursor),
      total = case when p_is_whole then x.items else x.total end
  where x.account_id = p_account and x.id = p_run and x.lease_token = p_token and x.lease_until > now()
  returning * into r;
  if not found then
    verdict := 'lost';
    return;
  end if;
  perform shopledger.settle_run(p_account, p_run);
  verdict := case when r.state = 'running' then 'kept' else 'stopped' end;
  select count(*) into unfinished from shopledger.run_items i where i.run_id = p_run and i.outcome is null;
end
$$;

-- Makes transfers of its connection items of a run, and raises them, while fewer than `p_most` items are unfinished.
--   p_fetch         the shop is asked for the order
--   p_owner_asked   the owner's word that it may go once more
--   p_is_imported   the start date does not count
--   p_unless_sent   one that has its document ends as `already`, and is not raised
-- Returns those that are items now, or were before. One that waits, or is in hand, keeps its place in the row.
create function feed_run(p_account bigint, p_run bigint, p_token uuid, p_transfers bigint[], p_most integer, p_fetch boolean,
                         p_owner_asked boolean, p_is_imported boolean, p_unless_sent boolean)
returns setof bigint
language plpgsql as $$
declare
  r shopledger.runs;
  v_room bigint;
  v_already bigint;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  select * into r from shopledger.runs x where x.account_id = p_account and x.id = p_run for update;
  if r.lease_token is distinct from p_token or r.state <> 'running' then
    return;
  end if;
  select p_most - count(*) into v_room from shopledger.run_items i where i.run_id = p_run and i.outcome is null;
  with locked as materialized (
    select t.id, t.source_type, t.source_id, t.source_number, t.version, t.is_imported, t.reason,
           -- Raised by this very transaction: nobody has seen it wait.
           case when t.created_at = now() then null else t.state end as state,
           exists (select from shopledger.documents d
                   where d.transfer_id = t.id and d.state in ('draft', 'booked')) as has_document
    from shopledger.transfers t
    where t.account_id = p_account and t.connection_id = r.connection_id and t.id = any(p_transfers)
      and not exists (select from shopledger.run_items i where i.run_id = p_run
                      and (i.transfer_id = t.id or i.source_type = t.source_type and i.source_id = t.source_id))
    order by t.id
    for update of t
  ),
  wanted as (
    select l.*, p_unless_sent and l.has_document as is_already,
           row_number() over (partition by p_unless_sent and l.has_document order by l.id) as nth
    from locked l
  ),
  taken as (
    insert into shopledger.run_items (account_id, run_id, source_type, source_id, source_number, transfer_id, version,
                                      former_state, former_reason, was_imported, had_document, outcome, ended_at)
    select p_account, p_run, w.source_type, w.source_id, w.source_number, w.id,
           case when w.is_already then w.version else w.version + 1 end, w.state, w.reason, w.is_imported, w.has_document,
           case when w.is_already then 'already' end, case when w.is_already then clock_timestamp() end
    from wanted w
    where w.is_already or w.nth <= v_room
    returning transfer_id, outcome
  ),
  raised as (
    update shopledger.transfers t
    set version = t.version + 1, rung_at = null, next_attempt_at = null, failures = 0, updated_at = now(),
        state = case when t.state in ('working', 'held') then t.state
                     when shopledger.is_on(c) then 'waiting' else 'held' end,
        reason = case when t.state = 'working' then t.reason else '' end,
        needs_fetch = t.needs_fetch or p_fetch, owner_asked = t.owner_asked or p_owner_asked,
        is_imported = t.is_imported or p_is_imported,
        is_bulk = t.is_bulk or t.state not in ('waiting', 'working', 'held') or t.updated_at = now()
    from taken n, shopledger.connections c
    where t.account_id = p_account and t.id = n.transfer_id and n.outcome is null and c.id = t.connection_id
    returning t.id
  )
  update shopledger.runs x
  set items = x.items + (select count(*) from taken), already = x.already + (select count(outcome) from taken)
  where x.account_id = p_account and x.id = p_run;
  -- Where several connections take the shop's orders, what only this import made known is no live news for the others.
  update shopledger.transfers t set is_bulk = true
  from shopledger.transfers fed, shopledger.connections mine, shopledger.connections other
  where p_is_imported and fed.account_id = p_account and fed.id = any(p_transfers) and fed.created_at = now()
    and mine.id = fed.connection_id and other.source_system_id = mine.source_system_id and other.id <> mine.id
    and t.account_id = p_account and t.connection_id = other.id and t.source_type = fed.source_type
    and t.source_id = fed.source_id and t.created_at = now();
  return query
  select t.id from shopledger.transfers t
  where t.account_id = p_account and t.id = any(p_transfers)
    and exists (select from shopledger.run_items i where i.run_id = p_run
                and (i.transfer_id = t.id or i.source_type = t.source_type and i.source_id = t.source_id));
end
$$;

-- Items that have ended already; what is an item is left as it is. Returns how many are new.
create function note_run_items(p_account bigint, p_run bigint, p_token uuid, p_sources text[], p_numbers text[],
                               p_outcome text, p_reason text) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  perform from shopledger.runs x where x.account_id = p_account and x.id = p_run and x.lease_token = p_token for update;
  if not found then
    return 0;
  end if;
  insert into shopledger.run_items (account_id, run_id, source_type, source_id, source_number, outcome, reason, ended_at)
  select p_account, p_run, 'order', u.source, u.number, p_outcome, p_reason, clock_timestamp()
  from unnest(p_sources, p_numbers) as u (source, number)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  update shopledger.runs x
  set items = x.items + v_count,
      done = x.done + case when p_outcome = 'done' then v_count else 0 end,
      already = x.already + case when p_outcome = 'already' then v_count else 0 end,
      skipped = x.skipped + case when p_outcome = 'skipped' then v_count else 0 end,
      failed = x.failed + case when p_outcome = 'failed' then v_count else 0 end
  where x.account_id = p_account and x.id = p_run;
  return v_count;
end
$$;

-- Gives it out of hand. A null `p_state`: it comes again after `p_wait`; done or failed: it has ended, unless somebody
-- steered it meanwhile. False for who lost the lease.
create function end_bulk_run(p_account bigint, p_run bigint, p_token uuid, p_state text, p_wait interval, p_failures integer,
                             p_problem text)
returns boolean
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.runs r
  set lease_token = null, lease_until = null, next_at = now() + p_wait, failures = p_failures, problem = p_problem,
      state = case when r.state = 'running' then coalesce(p_state, r.state) else r.state end,
      ended_at = case when r.state = 'running' and p_state is not null then now() else r.ended_at end
  where r.account_id = p_account and r.id = p_run and r.lease_token = p_token;
  return found;
end
$$;

-- The owner's word: `p_wish` is pause, resume or cancel. The state that it has now; null where it has ended, or that
-- cannot be. Orders of a paused run wait for a time that never comes; those of a cancelled one, which nobody has begun,
-- are what they were before. What a worker has in hand is finished.
create function steer_run(p_account bigint, p_run bigint, p_wish text, p_by text) returns text
language plpgsql as $$
declare
  r shopledger.runs;
  v_state text;
  v_never constant timestamptz := '9999-12-01 00:00+00';
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  select * into r from shopledger.runs x where x.account_id = p_account and x.id = p_run for update;
  v_state := case
    when p_wish = 'pause' and r.state in ('ready', 'running') then 'paused'
    when p_wish = 'resume' and r.state in ('paused', 'failed') and not r.is_dry then
      case when r.began_at is null then 'ready' else 'running' end
    when p_wish = 'cancel' and r.state in ('counting', 'ready', 'running', 'paused', 'failed') then 'cancelled'
  end;
  if v_state is null then
    return null;
  end if;
  -- In one order, so that two who steer runs of the same orders do not wait for each other.
  perform from shopledger.transfers t
  where t.account_id = p_account
    and t.id in (select i.transfer_id from shopledger.run_items i where i.run_id = p_run and i.outcome is null)
  order by t.id for update;
  perform shopledger.settle_run(p_account, p_run);
  if v_state in ('paused', 'cancelled') then
    -- What another run wants as well goes on for that one, or waits with it.
    update shopledger.transfers t set rung_at = null, next_attempt_at = v_never
    from shopledger.run_items i
    where i.run_id = p_run and i.outcome is null and t.account_id = p_account and t.id = i.transfer_id
      and t.state = 'waiting' and t.is_bulk
      and coalesce((
        select bool_and(x.state = 'paused') from shopledger.run_items o join shopledger.runs x on x.id = o.run_id
        where o.account_id = p_account and o.transfer_id = t.id and o.run_id <> p_run and o.outcome is null
          and x.state in ('ready', 'running', 'paused')), v_state = 'paused');
  end if;
  if v_state in ('ready', 'running') then
    update shopledger.transfers t set next_attempt_at = null
    from shopledger.run_items i
    where i.run_id = p_run and i.outcome is null and t.account_id = p_account and t.id = i.transfer_id
      and t.state = 'waiting' and t.next_attempt_at = v_never;
  elsif v_state = 'cancelled' then
    -- What another run wants as well is left to that one, which knows now how it was before both.
    update shopledger.run_items o
    set version = case when o.version < i.version and i.version = t.version then t.version else o.version end,
        former_state = case when o.version = i.version + 1 then i.former_state else o.former_state end,
        former_reason = case when o.version = i.version + 1 then i.former_reason else o.former_reason end,
        was_imported = case when o.version = i.version + 1 then i.was_imported else o.was_imported end
    from shopledger.run_items i join shopledger.transfers t on t.account_id = p_account and t.id = i.transfer_id,
         shopledger.runs x
    where i.run_id = p_run and i.outcome is null and o.account_id = p_account and o.transfer_id = i.transfer_id
      and o.run_id <> p_run and o.outcome is null and x.id = o.run_id and x.state not in ('cancelled', 'done');
    with unfinished as materialized (
      select i.*,
             exists (select from shopledger.run_items o join shopledger.runs x on x.id = o.run_id
                     where o.account_id = p_account and o.transfer_id = i.transfer_id and o.run_id <> p_run
                       and o.outcome is null and x.state not in ('cancelled', 'done')) as is_shared,
             -- Something of it may be in the books: that is found out first.
             exists (select from shopledger.documents d
                     where d.transfer_id = i.transfer_id
                       and (d.state = 'planned' and d.first_sent_at is not null
                            or d.state = 'draft' and d.booking_sent_at is not null)) as is_sent
      from shopledger.run_items i where i.run_id = p_run and i.outcome is null
    ),
    back as (
      update shopledger.transfers t
      set is_bulk = false, rung_at = case when t.state = 'waiting' then null else t.rung_at end, updated_at = now(),
          next_attempt_at = case when t.next_attempt_at = v_never then null else t.next_attempt_at end,
          is_imported = case when i.is_sent or t.state not in ('waiting', 'held') then t.is_imported else i.was_imported end,
          state = case when i.is_sent or t.version <> i.version or t.state <> 'waiting' then t.state
                       when i.former_state is null then 'skipped'
                       when i.former_state in ('done', 'skipped', 'failed') then i.former_state else t.state end,
          reason = case when i.is_sent or t.version <> i.version or t.state <> 'waiting' then t.reason
                        when i.former_state is null then 'run_cancelled'
                        when i.former_state in ('done', 'skipped', 'failed') then i.former_reason else t.reason end
      from unfinished i
      where t.account_id = p_account and t.id = i.transfer_id and not i.is_shared
      returning t.id, t.state
    )
    update shopledger.run_items i set outcome = 'cancelled', ended_at = clock_timestamp()
    from unfinished u left join back b on b.id = u.transfer_id
    where i.run_id = p_run and i.source_type = u.source_type and i.source_id = u.source_id
      and (u.is_shared or b.state <> 'working' and not u.is_sent);
  end if;
  update shopledger.runs x
  set state = v_state, next_at = now(), problem = case when p_wish = 'resume' then '' else x.problem end,
      failures = case when p_wish = 'resume' then 0 else x.failures end,
      rung_at = case when p_wish = 'resume' then null else x.rung_at end,
      ended_at = case when v_state = 'cancelled' then now() when p_wish = 'resume' then null else x.ended_at end,
      steered = x.steered || jsonb_build_object('at', now(), 'wish', p_wish, 'by', p_by)
  where x.account_id = p_account and x.id = p_run;
  return v_state;
end
$$;
revoke all on function names_something, begin_bulk_run, settle_run, keep_bulk_run, feed_run, note_run_items, end_bulk_run,
  steer_run from public;
grant execute on function names_something, begin_bulk_run, settle_run, keep_bulk_run, feed_run, note_run_items, end_bulk_run,
  steer_run to shopledger_app;

-- What is kept, and for how long.

-- What is older, and done, is hidden from the current account.
create function shown_since() returns timestamptz
language sql stable as $$
  select now() - a.log_days * interval '1 day' from shopledger.accounts a where a.id = shopledger.current_account()
$$;
revoke all on function shown_since from public;
grant execute on function shown_since to shopledger_app;

-- Nobody sees what lies before it.
create function kept_since() returns timestamptz
language sql stable security definer set search_path = shopledger, pg_temp as $$
  select now() - coalesce(max(log_days), 90) * interval '1 day' from accounts
$$;

-- Whether an order still has something before it: one that is done, in the bin, gone, ignored, from before the start, or
-- another connection's, has not.
create function is_open(p_state transfer_state, p_reason text) returns boolean
language sql immutable
return p_state <> 'done' and (p_state <> 'skipped'
  or p_reason not in ('order_trashed', 'order_gone', 'ignored', 'before_start_date', 'routed_elsewhere'));
revoke all on function is_open from public;
grant execute on function is_open to shopledger_app;

-- Which rows x of a partitioned table are wanted although they lie before kept_since(): all words of an order that is
-- open, and its last try, which says why. As text, so that it is planned for all rows at once.
create function what_is_wanted(p_parent text) returns text
language sql immutable
return case p_parent
  when 'events' then
    'exists (select from connections c join transfers t on t.account_id = c.account_id and t.connection_id = c.id
       where c.account_id = x.account_id and c.source_system_id = x.system_id
         and t.source_type = x.source_type and t.source_id = x.source_id and is_open(t.state, t.reason))'
  when 'attempts' then
    'exists (select from transfers t
       where t.account_id = x.account_id and t.id = x.transfer_id and is_open(t.state, t.reason))
     and not exists (select from attempts b where b.transfer_id = x.transfer_id and b.id > x.id)'
  when 'attempt_stages' then
    'exists (select from attempts a join transfers t on t.account_id = a.account_id and t.id = a.transfer_id
       where a.id = x.attempt_id and a.account_id = x.account_id and is_open(t.state, t.reason)
         and not exists (select from attempts b where b.transfer_id = a.transfer_id and b.id > a.id))'
end;
revoke all on function what_is_wanted from public;

-- The oldest month that lies before kept_since(): what is wanted of it is copied into a table beside it, which nobody
-- waits for. Returns the month's name, null where there is none, and how many rows are wanted.
create function thin_out_month(out month text, out wanted bigint)
language plpgsql security definer
set search_path = shopledger, pg_temp set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  v_parent text;
  v_key text;
  v_first timestamptz;
  v_kept text;
begin
  perform pg_advisory_xact_lock(hashtextextended('shopledger.let_go', 0));
  -- Copies of a try that came to nothing: the month may be seen again by now.
  for v_kept in
    select c.relname from pg_class c
    where c.relnamespace = 'shopledger'::regnamespace and c.relkind = 'r' and not c.relispartition
      and c.relname ~ '^(events|attempts|attempt_stages)_[0-9]{4}_[0-9]{2}_kept$'
  loop
    execute format('drop table %I', v_kept);
  end loop;
  select p.relname, c.relname, a.attname, to_date(right(c.relname, 7), 'YYYY_MM')
  into v_parent, month, v_key, v_first
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  join pg_class p on p.oid = i.inhparent and p.relnamespace = 'shopledger'::regnamespace
  join pg_partitioned_table t on t.partrelid = p.oid
  join pg_attribute a on a.attrelid = p.oid and a.attnum = t.partattrs[0]
  where p.relname in ('events', 'attempts', 'attempt_stages')
    and c.relname ~ ('^' || p.relname || '_[0-9]{4}_[0-9]{2}$')
    and right(c.relname, 7) collate "C" < to_char(kept_since(), 'YYYY_MM')
  order by right(c.relname, 7), p.relname
  limit 1;
  if month is null then
    return;
  end if;
  v_kept := month || '_kept';
  execute format('create table %I (like %I including defaults including constraints including indexes)', v_kept, v_parent);
  execute format('alter table %I add constraint in_its_month check (%I >= %L and %2$I < %4$L)',
                 v_kept, v_key, v_first, v_first + interval '1 month');
  execute format('insert into %I select x.* from %I x where x.%I >= %L and x.%3$I < %5$L and %6$s',
                 v_kept, v_parent, v_key, v_first, v_first + interval '1 month', what_is_wanted(v_parent));
  get diagnostics wanted = row_count;
end
$$;

-- Puts what is wanted in the place of the month, and drops the month: nothing is copied while others have to wait, and it
-- gives way to whoever reads. False where that was done already.
create function let_month_go(p_month text) returns boolean
language plpgsql security definer
set search_path = shopledger, pg_temp set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  v_parent text;
  v_kept text := p_month || '_kept';
  v_first timestamptz;
  v_any boolean;
begin
  perform set_config('lock_timeout', '500ms', true);
  perform pg_advisory_xact_lock(hashtextextended('shopledger.let_go', 0));
  select p.relname, to_date(right(p_month, 7), 'YYYY_MM') into v_parent, v_first
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid and c.relname = p_month
  join pg_class p on p.oid = i.inhparent and p.relname in ('events', 'attempts', 'attempt_stages')
  where c.relnamespace = 'shopledger'::regnamespace and c.relname ~ '_[0-9]{4}_[0-9]{2}$';
  if v_parent is null or to_regclass(quote_ident(v_kept)) is null or v_first >= date_trunc('month', kept_since()) then
    return false;
  end if;
  execute format('select exists (select from %I)', v_kept) into v_any;
  execute format('alter table %I detach partition %I', v_parent, p_month);
  if v_any then
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                   v_parent, v_kept, v_first, v_first + interval '1 month');
  else
    execute format('drop table %I', v_kept);
  end if;
  execute format('drop table %I', p_month);
  return true;
end
$$;

-- What hangs on the months that went: keys of events, dead letters, what landed in the default partitions, and what was
-- kept and is not wanted any more, since its order came to its end. The key of a newest word stays, so that its repeat is
-- no news; a repeat of an older one makes us ask the shop once more. Returns how many rows went.
create function trim_past() returns bigint
language plpgsql security definer
set search_path = shopledger, pg_temp set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  v_before timestamptz := date_trunc('month', kept_since());
  v_parent text;
  v_key text;
  v_rows bigint;
  v_all bigint := 0;
begin
  delete from event_keys k
  where k.received_at < v_before
    and not exists (select from transfers t where t.account_id = k.account_id and t.newest_event_id = k.event_id
                    and t.newest_event_at < v_before);
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from dead_letters where died_at < v_before;
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  for v_parent, v_key in values ('events', 'received_at'), ('attempt_stages', 'at'), ('attempts', 'started_at') loop
    execute format('delete from %I x where x.%I < %L and not (%s)', v_parent, v_key, v_before, what_is_wanted(v_parent));
    get diagnostics v_rows = row_count;
    v_all := v_all + v_rows;
  end loop;
  return v_all;
end
$$;

revoke all on function kept_since, thin_out_month, let_month_go, trim_past from public;
grant execute on function thin_out_month, let_month_go, trim_past to shopledger_app;
