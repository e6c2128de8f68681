-- When jobs look at a shop, and how far each has come.

-- When the shop says that an order was made: what a recheck counts by.
alter table transfers add column source_created_at timestamptz;
create index transfers_made on transfers (connection_id, source_created_at) where source_created_at is not null;
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
