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
