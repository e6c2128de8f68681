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
