-- From a committed transfer to its document: who rings, who may work, what was sent, and what a system may be asked.

-- Only what can be rung now; those that wait for a time, or for a message under way, are in the other two.
drop index transfers_to_ring;
create index transfers_to_ring on transfers (connection_id, id)
  where state = 'waiting' and rung_at is null and next_attempt_at is null;
create index transfers_due on transfers (next_attempt_at) where state = 'waiting' and next_attempt_at is not null;
create index transfers_in_flight on transfers (connection_id)
  where state = 'working' or (state = 'waiting' and rung_at is not null);

-- Tries in a row that a system was not up to; each makes the next wait longer.
alter table transfers
  add column failures integer not null default 0,
  -- Workers in a row that were lost with it in hand.
  add column lost_in_a_row integer not null default 0,
  -- The owner's word that it may go once more, also where only he can say so.
  add column owner_asked boolean not null default false;

-- So many transfers of a connection may have a message or a worker at once.
alter table connections add column most_in_flight integer not null default 4 check (most_in_flight > 0);

-- No request of this credential can succeed: nothing is rung until it is changed.
alter table systems add column broken_reason text, add column broken_at timestamptz;

-- When it was first and last sent. Sent and unanswered means: look it up before anything is sent again.
alter table documents
  add column first_sent_at timestamptz,
  add column last_sent_at timestamptz,
  add column place text,
  -- What the books came to, beside `total`, which the order says.
  add column answered_total numeric;

-- One maker of a customer or product at a time; what was sent is repeated, never rebuilt.
drop table customer_guards, product_guards;
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
-- flight; one that is off, one whose shop or books rest or are broken, and one of another kind than `p_kinds` gets none.
-- In turns, one of each connection. One relay at a time looks; another one finds nothing then.
create function ring(p_most integer, p_kinds text[])
returns table (account_id bigint, connection_id bigint, transfer_id bigint, kind text, source_number text, reason text)
language plpgsql security definer set search_path = shopledger, pg_temp as $$
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
    select c.id, c.kind, c.most_in_flight - (
        select count(*) from transfers f
        where f.connection_id = c.id
          and (f.state = 'working' or (f.state = 'waiting' and f.rung_at is not null))) as free
    from having_work h
    join connections c on c.id = h.connection_id and c.active and c.kind = any(p_kinds)
    join accounts a on a.id = c.account_id and a.active
    join systems s on s.id = c.source_system_id and s.active and s.broken_at is null
    join systems b on b.id = c.target_system_id and b.active and b.broken_at is null
    where not exists (
      select from budgets r
      where r.account_id = c.account_id and r.system_id in (c.source_system_id, c.target_system_id)
        and r.blocked_until > now())
  ),
  picked as (
    select n.account_id, n.id, room.kind
    from room cross join lateral (
      select t.account_id, t.id from transfers t
      where t.connection_id = room.id
        and t.state = 'waiting' and t.rung_at is null and t.next_attempt_at is null
      order by t.id limit greatest(room.free, 0)
      for update skip locked) n
    limit p_most
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
  set state = (case when c.active then 'waiting' else 'held' end)::transfer_state, reason = 'worker_lost',
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
