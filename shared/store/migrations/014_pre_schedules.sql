-- When jobs look at a shop, and how far each has come.

-- When the shop says that an order was made: what a recheck counts by.
alter table transfers add column source_created_at timestamptz;
-- Whether the last look found every webhook of the system in order.
alter table systems add column webhooks_work boolean not null default false;

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

insert into schedules (account_id, system_id, connection_id, job)
select c.account_id, c.source_system_id, c.id, j.job
from connections c cross join (values ('poll'), ('recheck')) as j (job)
where c.kind = 'orders';
insert into schedules (account_id, system_id, job)
select distinct s.account_id, s.system_id, 'webhooks' from subscriptions s;

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

-- What a shop says of when an order was made is kept, too.
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
    version = t.version + 1, rung_at = null, next_attempt_at = null, updated_at = now(),
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
  returning k.event_id, k.repeats = 0, k.received_at into event_id, is_new, v_received;

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
    -- A poll tells what the shop says now: that counts again, unless a newer word came since it was first told.
    if p_origin = 'poll' then
      update shopledger.transfers t
      set newest_event_id = take_in.event_id, newest_event_at = v_received, newest_body_hash = p_body_hash
      from shopledger.connections c
      where c.source_system_id = p_system and t.account_id = p_account and t.connection_id = c.id
        and t.source_type = p_source_type and t.source_id = p_source_id
        and t.newest_body_hash is distinct from p_body_hash
        and (p_modified_at >= t.source_modified_at or v_received > t.newest_event_at);
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
