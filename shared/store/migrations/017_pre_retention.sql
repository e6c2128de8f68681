-- What is kept, and for how long.

-- So many days an account sees of what is in the books; what the longest of these choices lets go is dropped.
alter table accounts add column log_days integer not null default 90 check (log_days between 30 and 1830);

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

-- Of an event before kept_since(): whether it is the newest word of its source, or one of a source that is not done.
create function is_wanted(e events) returns boolean
language sql stable as $$
  select exists (
    select from shopledger.connections c
    join shopledger.transfers t on t.account_id = c.account_id and t.connection_id = c.id
      and t.source_type = e.source_type and t.source_id = e.source_id
    where c.account_id = e.account_id and c.source_system_id = e.system_id
      and (t.newest_event_id = e.id or t.state <> 'done'))
$$;

-- Of a try before that: whether it is the last one of a transfer that is not done, and so says why.
create function is_wanted(a attempts) returns boolean
language sql stable as $$
  select exists (
      select from shopledger.transfers t where t.account_id = a.account_id and t.id = a.transfer_id and t.state <> 'done')
    and not exists (select from shopledger.attempts b where b.transfer_id = a.transfer_id and b.id > a.id)
$$;

create function is_wanted(s attempt_stages) returns boolean
language sql stable as $$
  select exists (select from shopledger.attempts a where a.id = s.attempt_id and shopledger.is_wanted(a))
$$;

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
  execute format('drop table if exists %I', v_kept);
  execute format('create table %I (like %I including defaults including constraints including indexes)', v_kept, v_parent);
  execute format('alter table %I add constraint in_its_month check (%I >= %L and %2$I < %4$L)',
                 v_kept, v_key, v_first, v_first + interval '1 month');
  execute format('insert into %I select x.* from %I x where is_wanted(x) and x.%I >= %L and x.%3$I < %5$L',
                 v_kept, v_parent, v_key, v_first, v_first + interval '1 month');
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

-- What hangs on the months that went: keys of events, dead letters, and what landed in the default partitions. The key of
-- a newest word stays, so that its repeat is no news; a repeat of an older one makes us ask the shop once more. Returns
-- how many rows went.
create function trim_past() returns bigint
language plpgsql security definer set search_path = shopledger, pg_temp set timezone = 'UTC' as $$
declare
  v_before timestamptz := date_trunc('month', kept_since());
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
  delete from events e using events_default d
  where d.received_at < v_before and e.id = d.id and e.received_at = d.received_at and not is_wanted(e);
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from attempt_stages s using attempt_stages_default d
  where d.at < v_before and s.attempt_id = d.attempt_id and s.at = d.at and s.stage = d.stage and not is_wanted(s);
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from attempts a using attempts_default d
  where d.started_at < v_before and a.id = d.id and a.started_at = d.started_at and not is_wanted(a);
  get diagnostics v_rows = row_count;
  return v_all + v_rows;
end
$$;

revoke all on function kept_since, thin_out_month, let_month_go, trim_past from public;
revoke all on function is_wanted(events), is_wanted(attempts), is_wanted(attempt_stages) from public;
grant execute on function thin_out_month, let_month_go, trim_past to shopledger_app;

-- Jobs that the former process had in hand are rung for at once, too, as what was forgotten.
create or replace function take_over() returns integer
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
