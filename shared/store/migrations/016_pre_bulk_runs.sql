-- Bulk runs: what is done to many orders at once, behind the live ones.

-- It goes behind live orders; and its connection's start date does not count.
alter table transfers add column is_bulk boolean not null default false;
alter table transfers add column is_imported boolean not null default false;
drop index transfers_to_ring;
create index transfers_to_ring on transfers (connection_id, is_bulk, id)
  where state = 'waiting' and rung_at is null and next_attempt_at is null;
drop index transfers_in_flight;
create index transfers_in_flight on transfers (connection_id, is_bulk)
  where state = 'working' or (state = 'waiting' and rung_at is not null);

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

-- News of the shop make an order live again.
create or replace function look_again(p_account bigint, p_system bigint, p_source_type text, p_source_id text,
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

-- So does the one door, which keeps what the shop says of when the order was made, too.
drop function raise_transfers(bigint, bigint, bigint, boolean, text, text, text, timestamptz, bytea);
drop function take_in(bigint, bigint, bigint, event_origin, bytea, event_kind, text, text, text, text, text, timestamptz, text, bytea, bytea);

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

revoke all on function is_new_to_some, raise_transfers, take_in from public;
grant execute on function is_new_to_some, raise_transfers, take_in to shopledger_app;

-- Live ones first, and those of bulk runs as many as their share.
create or replace function ring(p_most integer, p_kinds text[])
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

drop function claim(bigint, bigint, uuid, interval);
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

create or replace function record(
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

revoke all on function claim from public;
grant execute on function claim to shopledger_app;
