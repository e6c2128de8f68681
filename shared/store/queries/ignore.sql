-- The owner's word that an order is left alone. What a worker has in hand goes round once more, and hears it then.
with ignored as (
  update transfers t
  set state = case when t.state = 'working' then t.state else 'skipped' end,
      reason = case when t.state = 'working' then t.reason else 'ignored' end,
      version = t.version + case when t.state = 'working' then 1 else 0 end,
      ignored_why = %(why)s, owner_asked = false, is_waived = false, failures = 0, rung_at = null,
      next_attempt_at = null, updated_at = now()
  where t.account_id = current_account() and t.id = %(transfer)s
  returning t.account_id, t.id
)
insert into owner_acts (account_id, transfer_id, act, detail)
select account_id, id, 'ignore', %(why)s from ignored
returning transfer_id
