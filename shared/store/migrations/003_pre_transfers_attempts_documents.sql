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
