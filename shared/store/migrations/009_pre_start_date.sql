-- When the connection was first switched on: older orders do not go.
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
  active_since := c.active_since;
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

revoke all on function claim from public;
grant execute on function claim to shopledger_app;
