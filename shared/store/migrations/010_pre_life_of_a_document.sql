-- The life of a document: what is to be booked, what takes whose place, what its owner said; and one word for "switched
-- on", so that what comes while a system or an account is off is held at once.

alter table transfers
  add column is_waived boolean not null default false,
  add column ignored_why text;

alter table documents
  add column origin text not null default 'sent' check (origin in ('sent', 'linked', 'adopted')),
  add column is_to_be_booked boolean not null default false,
  add column booking_key text,
  add column booking_sent_at timestamptz,
  add column supersedes bigint references documents;

-- What an owner said about an order, and had done with it.
create table owner_acts (
  id           bigint generated always as identity primary key,
  account_id   bigint not null,
  transfer_id  bigint not null,
  at           timestamptz not null default now(),
  act          text not null check (act in ('retry', 'transfer', 'ignore', 'link', 'send_again', 'adopt')),
  detail       text not null default '',
  foreign key (account_id, transfer_id) references transfers (account_id, id)
);
create index owner_acts_of_transfer on owner_acts (transfer_id);
call bind_to_account('owner_acts');
grant select, insert on owner_acts to shopledger_app;

-- Whether orders go through a connection: it, both of its systems and its account are switched on.
create function is_on(c connections) returns boolean
language sql stable as $$
  select c.active
    and (select a.active from shopledger.accounts a where a.id = c.account_id)
    and (select s.active from shopledger.systems s where s.id = c.source_system_id)
    and (select s.active from shopledger.systems s where s.id = c.target_system_id)
$$;
revoke all on function is_on from public;
grant execute on function is_on to shopledger_app;

-- The newest state is uncertain: whoever handles these transfers next must ask the shop. Not where the newest body is
-- the one that was told again. Returns how many there are.
create or replace function look_again(p_account bigint, p_system bigint, p_source_type text, p_source_id text,
                           p_unless_body bytea default null)
returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  update shopledger.transfers t
  set version = t.version + 1, needs_fetch = true, rung_at = null, next_attempt_at = null, updated_at = now(),
      state = case when t.state in ('working', 'held') then t.state when shopledger.is_on(c) then 'waiting' else 'held' end
  from shopledger.connections c
  where c.source_system_id = p_system and t.account_id = p_account and t.connection_id = c.id
    and t.source_type = p_source_type and t.source_id = p_source_id
    and (p_unless_body is null or t.newest_body_hash is distinct from p_unless_body);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A source's transfers, one per connection that moves this type; what is held stays held, whatever the shop says of it.
-- The newest body is the one modified last, then the one that came last. It is uncertain until somebody has asked the
-- shop when
--   an event had no body or no date, or the source was ever said to be deleted;
--   two bodies that differ share a second;
--   an older body comes late: out of order, or the shop's clock went back.
create or replace function raise_transfers(
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
         (case when shopledger.is_on(c) then 'waiting' else 'held' end)::shopledger.transfer_state,
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
    state = case when t.state in ('working', 'held') then t.state else excluded.state end,
    reason = case when t.state = 'working' then t.reason else '' end,
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

-- A worker that is gone, or too slow, loses what it held. What takes one worker after the other with it waits longer and
-- longer from the fourth time on.
create or replace function free_expired() returns integer
language plpgsql security definer set search_path = shopledger, pg_temp as $$
declare
  v_count integer;
begin
  update transfers t
  set state = (case when is_on(c) then 'waiting' else 'held' end)::transfer_state, reason = 'worker_lost',
      rung_at = null, lease_token = null, lease_until = null, updated_at = now(),
      lost_in_a_row = t.lost_in_a_row + 1,
      next_attempt_at = case when t.lost_in_a_row >= 3
                        then now() + least(60 * 2 ^ least(t.lost_in_a_row - 3, 6), 3600) * interval '1 second' end
  from (select account_id, id from transfers
        where state = 'working' and lease_until <= now() for update skip locked) gone, connections c
  where t.account_id = gone.account_id and t.id = gone.id and c.id = t.connection_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- For who runs alone (the embedded mode, where the only process holds a lock): nobody works any more on what the former
-- process had in hand, and its messages are gone. Returns how many transfers were in hand.
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
  return v_count;
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
  out document_origin text, out former_id bigint, out former_kind text, out former_reference text, out former_key text, out former_number text
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
         s.id, s.kind, s.credentials, b.id, b.kind, b.credentials
  into v_on, v_broken, source_system, source_kind, source_credentials, target_system, target_kind, target_credentials
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
  select k.settings into settings from shopledger.connection_settings k
  where k.connection_id = c.id and k.version = c.settings_version;
  select e.body into body from shopledger.events e where e.id = t.newest_event_id and e.received_at = t.newest_event_at;
  -- The living document is the one that takes the place of the others; what was planned and never sent does not exist.
  select d.id, d.state, d.kind, d.reference, d.idempotency_key, d.request, d.external_number, d.place, d.currency, d.total,
         d.answered_total, now() - d.first_sent_at, now() - d.last_sent_at, d.generation, d.is_to_be_booked, d.booking_key,
         now() - d.booking_sent_at, d.origin, d.supersedes
  into document_id, document_state, document_kind, document_reference, document_key, document_request, document_number,
       document_place, document_currency, document_total, document_answered, first_sent, last_sent, generation,
       is_to_be_booked, booking_key, booking_sent, document_origin, v_supersedes
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

drop function freeze(bigint, bigint, uuid, interval, integer, text, integer, text, text, bytea, text, numeric);
-- Freezes what is about to be sent. A document that was planned and never sent is written anew; one that was sent is not
-- touched. `p_supersedes`: the document whose place it takes. `verdict`: frozen; lost (the lease); outdated (the shop has
-- said something newer); off (something on its way is switched off).
create function freeze(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_kind text,
  p_generation integer, p_reference text, p_key text, p_request bytea, p_currency text, p_total numeric,
  p_is_to_be_booked boolean default false, p_supersedes bigint default null,
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
  elsif not (select shopledger.is_on(c) from shopledger.connections c where c.id = t.connection_id) then
    verdict := 'off';
    return;
  end if;
  -- What was planned and never went out is not in the way of another kind, or of a later generation.
  update shopledger.documents set state = 'gone', updated_at = now()
  where connection_id = t.connection_id and source_type = t.source_type and source_id = t.source_id
    and (kind <> p_kind or generation <> p_generation) and state = 'planned' and first_sent_at is null;
  insert into shopledger.documents as d (
    account_id, connection_id, transfer_id, source_type, source_id, kind, generation, state, reference, idempotency_key,
    request, currency, total, is_to_be_booked, supersedes, first_sent_at, last_sent_at)
  values (
    p_account, t.connection_id, t.id, t.source_type, t.source_id, p_kind, p_generation, 'planned', p_reference, p_key,
    p_request, p_currency, p_total, p_is_to_be_booked, p_supersedes, now(), now())
  on conflict (connection_id, source_type, source_id, kind, sub_id, generation) do update set
    state = 'planned', reference = excluded.reference, idempotency_key = excluded.idempotency_key, request = excluded.request,
    currency = excluded.currency, total = excluded.total, is_to_be_booked = excluded.is_to_be_booked,
    supersedes = excluded.supersedes, first_sent_at = now(), last_sent_at = now(), updated_at = now()
  where d.state in ('planned', 'gone') and d.first_sent_at is null
     or d.state = 'planned' and d.idempotency_key = excluded.idempotency_key
  returning d.id into document_id;
  verdict := case when document_id is null then 'lost' else 'frozen' end;
end
$$;

-- The same bytes go out once more. False for who lost the lease, and where something was switched off.
create or replace function send_again(p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_document bigint)
returns boolean
language plpgsql as $$
begin
  if not shopledger.renew(p_account, p_transfer, p_token, p_lease) then
    return false;
  end if;
  update shopledger.documents d set last_sent_at = now(), updated_at = now()
  from shopledger.connections c
  where d.id = p_document and d.state = 'planned' and c.id = d.connection_id and shopledger.is_on(c);
  return found;
end
$$;

-- How far a document has come, written down in the middle of a try; makes the lease last. With `p_booking_key` it is about
-- to be booked, under that key. Null arguments leave it as it is. `verdict`: noted; lost (the lease); and where it was to be
-- booked, outdated (the shop or the owner has said something newer) or off (something on its way is switched off).
create function progress(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_document bigint, p_state text,
  p_place text, p_number text, p_answered numeric, p_booking_key text, out verdict text
)
language plpgsql as $$
begin
  if not shopledger.renew(p_account, p_transfer, p_token, p_lease) then
    verdict := 'lost';
    return;
  end if;
  select case when p_booking_key is null then 'noted'
              when t.version <> p_version then 'outdated'
              when not shopledger.is_on(c) then 'off'
              else 'noted' end
  into verdict
  from shopledger.transfers t join shopledger.connections c on c.id = t.connection_id
  where t.account_id = p_account and t.id = p_transfer;
  update shopledger.documents
  set state = coalesce(p_state, state), place = coalesce(p_place, place), updated_at = now(),
      external_number = coalesce(p_number, external_number), answered_total = coalesce(p_answered, answered_total),
      is_to_be_booked = is_to_be_booked or p_booking_key is not null,
      booking_key = case when verdict = 'noted' then coalesce(p_booking_key, booking_key) else booking_key end,
      booking_sent_at = case when verdict = 'noted' and p_booking_key is not null then now() else booking_sent_at end
  where id = p_document;
end
$$;

-- Another content for a draft is about to go out, under a new key; what the books come to is unknown until they answer.
-- `verdict` as in `freeze`.
create function refreeze(
  p_account bigint, p_transfer bigint, p_token uuid, p_lease interval, p_version integer, p_document bigint, p_key text,
  p_request bytea, p_currency text, p_total numeric, out verdict text
)
language plpgsql as $$
begin
  verdict := case
    when not shopledger.renew(p_account, p_transfer, p_token, p_lease) then 'lost'
    when (select t.version from shopledger.transfers t where t.account_id = p_account and t.id = p_transfer) <> p_version
      then 'outdated'
    when not (select shopledger.is_on(c) from shopledger.connections c
              join shopledger.documents d on d.connection_id = c.id where d.id = p_document) then 'off'
    else 'frozen'
  end;
  if verdict = 'frozen' then
    update shopledger.documents
    set idempotency_key = p_key, request = p_request, currency = p_currency, total = p_total, last_sent_at = now(),
        answered_total = null, booking_key = null, booking_sent_at = null, updated_at = now()
    where id = p_document and state = 'draft';
  end if;
end
$$;

-- Ends a try. A newer word of the shop makes the transfer wait again whatever became of this try. Null arguments leave
-- the document alone; `p_unsent` says that what was frozen, or booked, surely was not carried out, `p_open` that nobody
-- knows, and that it may still be carried out from now on. False for who lost the lease.
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

revoke all on function claim, freeze, progress, refreeze from public;
grant execute on function claim, freeze, progress, refreeze to shopledger_app;
