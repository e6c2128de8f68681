-- What a shop told of goes once more: with what is stored, or, `is_fresh`, the shop is asked for it. What is held, or left
-- alone by the owner, stays so. It is written down as an act.
with raised as (
  update transfers t
  set state = case when t.state in ('working', 'held') then t.state when is_on(c) then 'waiting' else 'held' end,
      reason = case when t.state in ('working', 'held') then t.reason else '' end,
      needs_fetch = t.needs_fetch or %(is_fresh)s,
      version = t.version + 1, is_bulk = false, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
  from connections c
  where t.account_id = current_account() and c.id = t.connection_id and c.source_system_id = %(system)s
    and t.source_type = %(source_type)s and t.source_id = %(source_id)s
  returning t.account_id, t.id, t.state, c.name
),
acted as (
  insert into owner_acts (account_id, transfer_id, act, detail)
  select account_id, id, 'retry', %(detail)s from raised
)
select id, name as connection, state::text, '' as reason from raised order by id
