-- The owner's word; with it goes what he said before about leaving it alone.
with asked as (
  update transfers t
  set state = case when t.state = 'working' then t.state when is_on(c) then 'waiting' else 'held' end,
      reason = case when t.state = 'working' then t.reason else '' end,
      owner_asked = true, is_bulk = false, is_waived = t.is_waived or %(is_waived)s, ignored_why = null,
      version = t.version + 1, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
  from connections c
  where t.account_id = current_account() and t.id = %(transfer)s and c.id = t.connection_id
  returning t.account_id, t.id
)
insert into owner_acts (account_id, transfer_id, act)
select account_id, id, case when %(is_waived)s then 'transfer' else 'retry' end from asked
returning transfer_id
