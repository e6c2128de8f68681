-- The door: what a webhook or a poll brings becomes an event and its transfers in one call and one commit.

-- Which subscription an address belongs to; across accounts, because a webhook names none.
create function find_subscription(wanted text)
returns table (account_id bigint, system_id bigint, subscription_id bigint, kind text, secrets bytea[])
language sql stable security definer set search_path = shopledger, pg_temp as $$
  select s.account_id, s.system_id, s.id, y.kind, s.secrets
  from subscriptions s join systems y on y.id = s.system_id
  where s.public_id = wanted
$$;

-- Opens an alarm of a system, or counts one that is open.
create procedure raise_alarm(p_account bigint, p_system bigint, p_code text, p_detail text)
language sql as $$
  insert into shopledger.alarms as a (account_id, system_id, code, detail)
  values (p_account, p_system, p_code, p_detail)
  on conflict (system_id, code) where resolved_at is null
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
  set failed_in_a_row = failed_in_a_row + 1, failed_total = failed_total + 1, last_failed_at = now()
  where id = p_subscription
  returning * into v_row;
  if v_row.failed_in_a_row >= 3 then
    call shopledger.raise_alarm(p_account, v_row.system_id, 'forged_webhooks', v_row.topic);
  end if;
  return v_row.failed_in_a_row;
end
$$;

-- The newest state is uncertain: whoever handles these transfers next must ask the shop. Returns how many there are.
create function look_again(p_system bigint, p_source_type text, p_source_id text, p_unless_newest bigint default null)
returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  update shopledger.transfers t
  set version = t.version + 1, needs_fetch = true, rung_at = null, next_attempt_at = null, updated_at = now(),
      state = case when t.state in ('working', 'held') then t.state else 'waiting' end
  from shopledger.connections c
  where c.source_system_id = p_system and t.connection_id = c.id
    and t.source_type = p_source_type and t.source_id = p_source_id
    and t.newest_event_id is distinct from p_unless_newest;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A source's transfers, one per connection that moves this type. The newest body is the one modified last, then the
-- one that came last. Bodies of one second that differ, and events without a body, make it uncertain until somebody
-- has asked the shop.
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
         not p_has_body or p_modified_at is null
  from shopledger.connections c
  where c.source_system_id = p_system
    and c.kind = case p_source_type when 'order' then 'orders' when 'product' then 'products' end
  order by c.id
  on conflict (connection_id, source_type, source_id) do update set
    version = t.version + 1, rung_at = null, next_attempt_at = null, updated_at = now(),
    state = case when t.state in ('working', 'held') then t.state else 'waiting' end,
    source_number = coalesce(excluded.source_number, t.source_number),
    newest_event_id = case when excluded.source_modified_at >= coalesce(t.source_modified_at, '-infinity')
                      then excluded.newest_event_id else t.newest_event_id end,
    newest_event_at = case when excluded.source_modified_at >= coalesce(t.source_modified_at, '-infinity')
                      then excluded.newest_event_at else t.newest_event_at end,
    newest_body_hash = case when excluded.source_modified_at >= coalesce(t.source_modified_at, '-infinity')
                       then excluded.newest_body_hash else t.newest_body_hash end,
    source_modified_at = greatest(t.source_modified_at, excluded.source_modified_at),
    needs_fetch = t.needs_fetch or excluded.needs_fetch
                  or (excluded.source_modified_at = t.source_modified_at
                      and excluded.newest_body_hash is distinct from t.newest_body_hash);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Takes one event in. `p_key` tells repeats apart from news; a repeat makes no event, but if it is not the newest word
-- we have, the shop is asked again: within one second a source can change and change back. Returns the event's id
-- (the first one's for a repeat), whether it was new, and how many transfers it raised.
create function take_in(
  p_account bigint, p_system bigint, p_subscription bigint, p_origin shopledger.event_origin, p_key bytea, p_kind shopledger.event_kind, p_topic text,
  p_delivery_id text, p_source_type text, p_source_id text, p_source_number text, p_modified_at timestamptz,
  p_reason text, p_body bytea, p_body_hash bytea,
  out event_id bigint, out is_new boolean, out transfers integer
)
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  transfers := 0;
  is_new := true;

  insert into shopledger.event_keys as k (system_id, key, account_id, event_id, received_at)
  values (p_system, p_key, p_account, nextval('shopledger.events_id'), now())
  on conflict (system_id, key) do update set repeats = k.repeats + 1
  returning k.event_id, k.repeats = 0 into event_id, is_new;

  if not is_new then
    if p_source_id is not null and p_kind in ('state', 'fetch') then
      transfers := shopledger.look_again(p_system, p_source_type, p_source_id, p_unless_newest => event_id);
    end if;
    return;
  end if;

  insert into shopledger.events (
    id, account_id, system_id, subscription_id, origin, kind, topic, delivery_id,
    source_type, source_id, source_number, source_modified_at, reason, body, body_hash)
  values (
    event_id, p_account, p_system, p_subscription, p_origin, p_kind, p_topic, p_delivery_id,
    p_source_type, p_source_id, p_source_number, p_modified_at, p_reason, p_body, p_body_hash);

  if p_kind in ('state', 'fetch') then
    transfers := shopledger.raise_transfers(p_account, p_system, event_id, p_kind = 'state', p_source_type, p_source_id,
                                            p_source_number, p_modified_at, p_body_hash);
  elsif p_kind in ('deleted', 'gone') and p_source_id is not null then
    transfers := shopledger.look_again(p_system, p_source_type, p_source_id);
  elsif p_kind = 'alarm' then
    call shopledger.raise_alarm(p_account, p_system, p_reason, p_topic);
  end if;

  -- A proven webhook ends a row of forged ones, and one that could be read ends an alarm about rights.
  update shopledger.subscriptions set failed_in_a_row = 0 where id = p_subscription and failed_in_a_row > 0;
  update shopledger.alarms set resolved_at = now()
  where system_id = p_system and resolved_at is null
    and (code = 'forged_webhooks' or (code = 'cannot_view' and p_kind = 'state'));
end
$$;

revoke all on function find_subscription, count_forged, look_again, raise_transfers, take_in from public;
revoke all on procedure raise_alarm from public;
grant execute on function find_subscription, count_forged, look_again, raise_transfers, take_in to shopledger_app;
grant execute on procedure raise_alarm to shopledger_app;
