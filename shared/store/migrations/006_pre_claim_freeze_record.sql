-- What a worker asks of the store: one call to claim a transfer with all that its work needs, one to freeze what will be
-- sent, one to record how it ended. Each looks at the lease; whoever lost it changes nothing.

-- Takes the transfer for as long as the lease lasts. `verdict`:
--   claimed  the rest of the row is filled
--   nothing  it does not wait (a late or doubled message), or there is none
--   busy     somebody else holds it
--   early    it waits for a time
--   resting  its shop or books rest, or are broken: it is rung for when that is over
--   crowded  its connection has enough in flight
--   off      its connection, a system or the account is switched off: it is held
create function claim(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval,
  out verdict text, out attempt_id bigint, out version integer, out failures integer, out needs_fetch boolean,
  out source_type text, out source_id text, out source_number text, out connection_id bigint, out owner_asked boolean,
  out settings jsonb, out source_system bigint, out source_kind text, out source_credentials bytea,
  out target_system bigint, out target_kind text, out target_credentials bytea, out is_troubled boolean,
  out event_id bigint, out body bytea,
  out document_id bigint, out document_state text, out document_kind text, out document_reference text,
  out document_key text, out document_request bytea, out document_number text, out document_place text,
  out document_currency text,
  out document_total numeric,
  out document_answered numeric, out first_sent interval, out last_sent interval, out generation integer
)
language plpgsql as $$
declare
  t shopledger.transfers;
  c shopledger.connections;
  v_off boolean;
  v_broken boolean;
  v_rest timestamptz;
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
  select not (c.active and a.active and s.active and b.active), coalesce(s.broken_at, b.broken_at) is not null,
         s.id, s.kind, s.credentials, b.id, b.kind, b.credentials
  into v_off, v_broken, source_system, source_kind, source_credentials, target_system, target_kind, target_credentials
  from shopledger.accounts a, shopledger.systems s, shopledger.systems b
  where a.id = p_account and s.id = c.source_system_id and b.id = c.target_system_id;
  select max(r.blocked_until), coalesce(max(r.troubles), 0) > 0 into v_rest, is_troubled
  from shopledger.budgets r where r.account_id = p_account and r.system_id in (source_system, target_system);

  verdict := case
    when v_off then 'off'
    when v_broken or v_rest > now() then 'resting'
    when t.state = 'waiting' and c.most_in_flight <= (
      select count(*) from shopledger.transfers f where f.connection_id = c.id and f.state = 'working') then 'crowded'
    else 'claimed'
  end;
  if verdict <> 'claimed' then
    update shopledger.transfers x
    set state = case when v_off then 'held' else 'waiting' end::shopledger.transfer_state,
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
  source_type := t.source_type;
  source_id := t.source_id;
  source_number := t.source_number;
  connection_id := c.id;
  event_id := t.newest_event_id;
  select k.settings into settings from shopledger.connection_settings k
  where k.connection_id = c.id and k.version = c.settings_version;
  select e.body into body from shopledger.events e where e.id = t.newest_event_id and e.received_at = t.newest_event_at;
  select d.id, d.state, d.kind, d.reference, d.idempotency_key, d.request, d.external_number, d.place, d.currency, d.total,
         d.answered_total, now() - d.first_sent_at, now() - d.last_sent_at, d.generation
  into document_id, document_state, document_kind, document_reference, document_key, document_request, document_number,
       document_place, document_currency, document_total, document_answered, first_sent, last_sent, generation
  from shopledger.documents d
  where d.connection_id = c.id and d.source_type = t.source_type and d.source_id = t.source_id and d.sub_id = ''
    and d.state in ('planned', 'draft', 'booked');
  if document_id is null then
    select coalesce(max(d.generation), 0) + 1 into generation from shopledger.documents d
    where d.connection_id = c.id and d.source_type = t.source_type and d.source_id = t.source_id and d.sub_id = ''
      and d.first_sent_at is not null;
  end if;
end
$$;

-- Makes the lease last from now on; false for who lost it.
create function renew(p_account bigint, p_transfer bigint, p_token uuid, p_lease interval) returns boolean
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.transfers set lease_until = now() + p_lease
  where account_id = p_account and id = p_transfer and lease_token = p_token and state = 'working'
    and lease_until > now();
  return found;
end
$$;

-- Freezes what is about to be sent. A document that was planned and never sent is written anew; one that was sent is not
-- touched. `verdict`: frozen; lost (the lease); outdated (the shop has said something newer); off (its connection is).
create function freeze(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_kind text,
  p_generation integer, p_reference text, p_key text, p_request bytea, p_currency text, p_total numeric,
  out verdict text, out document_id bigint
)
language plpgsql as $$
declare
  t shopledger.transfers;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.transfers x set lease_until = now() + p_lease
  where x.account_id = p_account and x.id = p_transfer and x.lease_token = p_token and x.state = 'working'
    and x.lease_until > now()
  returning * into t;
  if not found then
    verdict := 'lost';
    return;
  elsif t.version <> p_version then
    verdict := 'outdated';
    return;
  elsif not exists (select from shopledger.connections c where c.id = t.connection_id and c.active) then
    verdict := 'off';
    return;
  end if;
  -- The owner may have chosen another kind since one was planned that never went out.
  update shopledger.documents set state = 'gone', updated_at = now()
  where connection_id = t.connection_id and source_type = t.source_type and source_id = t.source_id and kind <> p_kind
    and state = 'planned' and first_sent_at is null;
  insert into shopledger.documents as d (
    account_id, connection_id, transfer_id, source_type, source_id, kind, generation, state, reference, idempotency_key,
    request, currency, total, first_sent_at, last_sent_at)
  values (
    p_account, t.connection_id, t.id, t.source_type, t.source_id, p_kind, p_generation, 'planned', p_reference, p_key,
    p_request, p_currency, p_total, now(), now())
  on conflict (connection_id, source_type, source_id, kind, sub_id, generation) do update set
    state = 'planned', reference = excluded.reference, idempotency_key = excluded.idempotency_key, request = excluded.request,
    currency = excluded.currency, total = excluded.total, first_sent_at = now(), last_sent_at = now(), updated_at = now()
  where d.state in ('planned', 'gone') and d.first_sent_at is null
     or d.state = 'planned' and d.idempotency_key = excluded.idempotency_key
  returning d.id into document_id;
  verdict := case when document_id is null then 'lost' else 'frozen' end;
end
$$;

-- The same bytes go out once more. False for who lost the lease, and where the connection was switched off.
create function send_again(p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_document bigint)
returns boolean
language plpgsql as $$
begin
  if not shopledger.renew(p_account, p_transfer, p_token, p_lease) then
    return false;
  end if;
  update shopledger.documents d set last_sent_at = now(), updated_at = now()
  from shopledger.connections c
  where d.id = p_document and d.state = 'planned' and c.id = d.connection_id and c.active;
  return found;
end
$$;

-- Ends a try. A newer word of the shop makes the transfer wait again whatever became of this try. Null arguments leave
-- the document alone; `p_unsent` says that what was frozen surely was not carried out, `p_open` that nobody knows, and
-- that it may still be carried out from now on. False for who lost the lease.
create function record(
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
                   then (case when c.active then 'waiting' else 'held' end)::shopledger.transfer_state else p_state end,
      reason = p_reason, lost_in_a_row = 0, updated_at = now(),
      failures = case when t.version > p_version then t.failures else p_failures end, lease_token = null, lease_until = null,
      handled_version = case when p_state = 'waiting' then t.handled_version else p_version end,
      needs_fetch = t.needs_fetch and (p_state = 'waiting' or t.version > p_version),
      -- A word that came meanwhile is still to be heard.
      owner_asked = t.owner_asked and (t.version > p_version
                                       or p_state = 'waiting' and p_document_state is distinct from 'gone'),
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
        first_sent_at = case when p_unsent then null else first_sent_at end,
        last_sent_at = case when p_unsent then null when p_open then now() else last_sent_at end, updated_at = now()
    where id = p_document;
  end if;
  insert into shopledger.attempt_stages (attempt_id, account_id, stage, event_id, body)
  select p_attempt, p_account, s.stage, case when s.stage = 'original' then p_event end, s.body
  from unnest(p_stages, p_bodies) as s (stage, body);
  insert into shopledger.attempt_stages (attempt_id, account_id, stage, outcome, reason, body)
  values (p_attempt, p_account, 'ended', p_outcome, p_reason, p_detail);
  return true;
end
$$;

revoke all on function claim, renew, freeze, send_again, record from public;
grant execute on function claim, renew, freeze, send_again, record to shopledger_app;
