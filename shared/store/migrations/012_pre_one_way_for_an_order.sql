-- An order takes exactly one of the connections that its shop has.

-- Which of the connections of its shop an order goes by, from its first document on.
create table routes (
  account_id     bigint not null,
  system_id      bigint not null,
  source_type    text not null,
  source_id      text not null,
  connection_id  bigint not null,
  routed_at      timestamptz not null default now(),
  primary key (system_id, source_type, source_id),
  foreign key (account_id, system_id) references systems (account_id, id),
  foreign key (account_id, connection_id) references connections (account_id, id)
);
call bind_to_account('routes');
grant select, insert, update on routes to shopledger_app;

-- Where two connections have a document of one order, both keep what they have, and it goes by that of the older one.
insert into routes (account_id, system_id, source_type, source_id, connection_id, routed_at)
select distinct on (c.source_system_id, d.source_type, d.source_id)
       d.account_id, c.source_system_id, d.source_type, d.source_id, d.connection_id, d.created_at
from documents d join connections c on c.id = d.connection_id
where d.sub_id = '' and (d.state in ('draft', 'booked') or d.state = 'planned' and d.first_sent_at is not null)
order by c.source_system_id, d.source_type, d.source_id, d.id;

-- From now on the order goes by that connection; null then. Or the name of the other connection of its shop that has a
-- document of it: there it stays. Where both have one, each goes on with its own.
create function take_route(p_account bigint, p_connection bigint, p_source_type text, p_source_id text) returns text
language plpgsql as $$
declare
  v_system bigint;
  v_other bigint;
  v_is_its_own boolean;
begin
  select c.source_system_id into v_system from shopledger.connections c where c.id = p_connection;
  insert into shopledger.routes (account_id, system_id, source_type, source_id, connection_id)
  values (p_account, v_system, p_source_type, p_source_id, p_connection)
  on conflict do nothing;
  perform from shopledger.routes r
  where r.system_id = v_system and r.source_type = p_source_type and r.source_id = p_source_id for update;
  -- A statement of its own, under the lock: one that waited for it would not see what was frozen meanwhile.
  select (array_agg(c.id order by d.id) filter (where c.id <> p_connection))[1], bool_or(c.id = p_connection)
  into v_other, v_is_its_own
  from shopledger.connections c
  join shopledger.documents d on d.connection_id = c.id and d.source_type = p_source_type and d.source_id = p_source_id
    and d.sub_id = '' and (d.state in ('draft', 'booked') or d.state = 'planned' and d.first_sent_at is not null)
  where c.source_system_id = v_system;
  if v_other is null or not v_is_its_own then
    update shopledger.routes r set connection_id = coalesce(v_other, p_connection), routed_at = now()
    where r.system_id = v_system and r.source_type = p_source_type and r.source_id = p_source_id
      and r.connection_id <> coalesce(v_other, p_connection);
  end if;
  return (select c.name from shopledger.connections c where c.id = v_other and not v_is_its_own);
end
$$;

drop function claim(bigint, bigint, uuid, interval);
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
  out active_since timestamptz, out event_id bigint, out body bytea,
  out document_id bigint, out document_state text, out document_kind text, out document_reference text,
  out document_key text, out document_request bytea, out document_number text, out document_place text,
  out document_currency text,
  out document_total numeric,
  out document_answered numeric, out first_sent interval, out last_sent interval, out generation integer,
  out is_to_be_booked boolean, out booking_key text, out booking_sent interval, out is_waived boolean, out ignored_why text,
  out document_origin text, out former_id bigint, out former_kind text, out former_reference text, out former_key text, out former_number text,
  out document_expected jsonb, out target_rounding text[], out is_shared boolean
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

drop function freeze(
  bigint, bigint, uuid, interval, integer, text, integer, text, text, bytea, text, numeric, boolean, bigint, jsonb);
-- Freezes what is about to be sent. A document that was planned and never sent is written anew; one that was sent is not
-- touched. `p_supersedes`: the document whose place it takes. `verdict`: frozen; lost (the lease); outdated (the shop has
-- said something newer); off (something on its way is switched off); elsewhere (the connection of that name has a document
-- of the order).
create function freeze(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_kind text,
  p_generation integer, p_reference text, p_key text, p_request bytea, p_currency text, p_total numeric,
  p_is_to_be_booked boolean default false, p_supersedes bigint default null, p_expected jsonb default null,
  out verdict text, out document_id bigint, out elsewhere text
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
  elsif not (select shopledger.is_on(c) from shopledger.connections c where c.id = t.connection_id) then
    verdict := 'off';
    return;
  end if;
  elsewhere := shopledger.take_route(p_account, t.connection_id, t.source_type, t.source_id);
  if elsewhere is not null then
    verdict := 'elsewhere';
    return;
  end if;
  -- What was planned and never went out is not in the way of another kind, or of a later generation.
  update shopledger.documents set state = 'gone', updated_at = now()
  where connection_id = t.connection_id and source_type = t.source_type and source_id = t.source_id
    and (kind <> p_kind or generation <> p_generation) and state = 'planned' and first_sent_at is null;
  insert into shopledger.documents as d (
    account_id, connection_id, transfer_id, source_type, source_id, kind, generation, state, reference, idempotency_key,
    request, currency, total, is_to_be_booked, supersedes, expected, first_sent_at, last_sent_at)
  values (
    p_account, t.connection_id, t.id, t.source_type, t.source_id, p_kind, p_generation, 'planned', p_reference, p_key,
    p_request, p_currency, p_total, p_is_to_be_booked, p_supersedes, p_expected, now(), now())
  on conflict (connection_id, source_type, source_id, kind, sub_id, generation) do update set
    state = 'planned', reference = excluded.reference, idempotency_key = excluded.idempotency_key, request = excluded.request,
    currency = excluded.currency, total = excluded.total, is_to_be_booked = excluded.is_to_be_booked,
    supersedes = excluded.supersedes, expected = excluded.expected, first_sent_at = now(), last_sent_at = now(), updated_at = now()
  where d.state in ('planned', 'gone') and d.first_sent_at is null
     or d.state = 'planned' and d.idempotency_key = excluded.idempotency_key
  returning d.id into document_id;
  verdict := case when document_id is null then 'lost' else 'frozen' end;
end
$$;

revoke all on function take_route, claim, freeze from public;
grant execute on function take_route, claim, freeze to shopledger_app;
