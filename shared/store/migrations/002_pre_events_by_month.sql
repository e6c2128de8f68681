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
