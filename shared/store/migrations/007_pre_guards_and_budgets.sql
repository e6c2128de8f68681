-- Who may make a customer or a product, and what a system may be asked.

-- Asks for the right to make one thing in a system. `verdict`:
--   made   it was made: `external_id`
--   busy   somebody else makes it now
--   yours  send `request` with `idempotency_key`: what was sent first, if ever something was (`first_sent`, `last_sent`)
create function guard(
  p_account bigint, p_system bigint, p_kind text, p_key text, p_holder uuid, p_hold interval, p_request bytea,
  p_idempotency_key text,
  out verdict text, out external_id text, out request bytea, out idempotency_key text, out first_sent interval,
  out last_sent interval
)
language plpgsql as $$
declare
  g shopledger.creation_guards;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  insert into shopledger.creation_guards as n (
    account_id, system_id, kind, key, request, idempotency_key, holder, held_until)
  values (p_account, p_system, p_kind, p_key, p_request, p_idempotency_key, p_holder, now() + p_hold)
  on conflict (account_id, system_id, kind, key) do update set
    request = case when n.first_sent_at is null then excluded.request else n.request end,
    idempotency_key = case when n.first_sent_at is null then excluded.idempotency_key else n.idempotency_key end,
    holder = excluded.holder, held_until = excluded.held_until
  where n.external_id is null and (n.held_until <= clock_timestamp() or n.holder = excluded.holder)
  returning * into g;
  if not found then
    select * into g from shopledger.creation_guards n
    where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key;
    verdict := case when g.external_id is null then 'busy' else 'made' end;
    external_id := g.external_id;
    return;
  end if;
  verdict := 'yours';
  request := g.request;
  idempotency_key := g.idempotency_key;
  first_sent := now() - g.first_sent_at;
  last_sent := now() - g.last_sent_at;
  update shopledger.creation_guards n set first_sent_at = coalesce(n.first_sent_at, now())
  where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key;
end
$$;

-- What became of it. Made: `p_external_id`. Surely not made: `p_unsent`, and the next one begins afresh. Otherwise it is
-- open, from now on, and the next one repeats what was sent.
create function settle_guard(p_account bigint, p_system bigint, p_kind text, p_key text, p_holder uuid,
                             p_external_id text, p_unsent boolean, p_open boolean) returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.creation_guards n
  set external_id = p_external_id, held_until = now(),
      first_sent_at = case when p_unsent then null else n.first_sent_at end,
      last_sent_at = case when p_unsent then null when p_open then now() else n.last_sent_at end
  where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key
    and n.holder = p_holder;
end
$$;

-- The books do not have it any more: it may be made again.
create function forget_guard(p_account bigint, p_system bigint, p_kind text, p_key text, p_external_id text)
returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  delete from shopledger.creation_guards n
  where n.account_id = p_account and n.system_id = p_system and n.kind = p_kind and n.key = p_key
    and n.external_id = p_external_id;
end
$$;

-- Takes tokens out of a credential's bucket, which refills evenly. `p_left` is what the system itself said was left.
create function spend(p_account bigint, p_system bigint, p_want integer, p_capacity double precision,
                      p_seconds double precision, p_left double precision,
                      out granted integer, out wait_seconds double precision)
language plpgsql as $$
declare
  b shopledger.budgets;
  v_now timestamptz;
  v_tokens double precision;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  insert into shopledger.budgets (account_id, system_id, tokens) values (p_account, p_system, p_capacity)
  on conflict (account_id, system_id) do nothing;
  select * into b from shopledger.budgets x where x.account_id = p_account and x.system_id = p_system for update;
  v_now := clock_timestamp();
  v_tokens := least(p_capacity, p_left,
                    b.tokens + greatest(extract(epoch from v_now - b.refilled_at), 0) * p_capacity / p_seconds);
  granted := case when v_tokens < 1 then 0 else least(p_want, floor(v_tokens)) end;
  wait_seconds := case when granted = 0 then (1 - v_tokens) * p_seconds / p_capacity else 0 end;
  if b.blocked_until > v_now then
    granted := 0;
    wait_seconds := extract(epoch from b.blocked_until - v_now);
  end if;
  update shopledger.budgets x set tokens = v_tokens - granted, refilled_at = v_now
  where x.account_id = p_account and x.system_id = p_system;
end
$$;

-- A call that the system was not up to. It rests for as long as it asked; without a word from it after the fifth in a
-- row, and twice as long each time it fails again, up to five minutes. What was under way when a rest began says nothing.
create function note_trouble(p_account bigint, p_system bigint, p_reason text, p_after interval) returns timestamptz
language plpgsql as $$
declare
  v_until timestamptz;
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  insert into shopledger.budgets as b (account_id, system_id, tokens, troubles, blocked_until, blocked_by, is_asked)
  values (p_account, p_system, 0, 1, now() + p_after, p_reason, p_after is not null)
  on conflict (account_id, system_id) do update set
    troubles = b.troubles + case when b.blocked_until > now() then 0 else 1 end,
    blocked_by = p_reason,
    is_asked = p_after is not null or (b.is_asked and b.blocked_until > now()),
    blocked_until = greatest(b.blocked_until, case
      when p_after is not null then now() + p_after
      when b.blocked_until > now() or b.troubles < 4 then null
      else now() + least(5 * 2 ^ least(b.troubles - 4, 6), 300) * interval '1 second' end)
  returning blocked_until into v_until;
  return v_until;
end
$$;

-- A call succeeded: the row of troubles ends, and with it a rest, unless the system asked for it.
create function note_recovery(p_account bigint, p_systems bigint[]) returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.budgets set troubles = 0, blocked_until = case when is_asked then blocked_until end
  where account_id = p_account and system_id = any(p_systems) and troubles > 0;
end
$$;

-- These credentials are refused: nothing is asked with them any more until they are changed, and the owner is told once.
create function break_system(p_account bigint, p_system bigint, p_credentials bytea, p_reason text, p_detail text)
returns void
language plpgsql as $$
begin
  perform set_config('shopledger.account_id', p_account::text, true);
  update shopledger.systems set broken_reason = p_reason, broken_at = now()
  where id = p_system and broken_at is null and credentials is not distinct from p_credentials;
  if found then
    call shopledger.raise_alarm(p_account, p_system, null, p_reason, p_detail);
  end if;
end
$$;

revoke all on function guard, settle_guard, forget_guard, spend, note_trouble, note_recovery, break_system from public;
grant execute on function guard, settle_guard, forget_guard, spend, note_trouble, note_recovery, break_system
  to shopledger_app;
