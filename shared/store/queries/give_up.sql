-- An order's documents are no more, and another one goes, whatever the rules say.
with gone as (
  update documents set state = 'gone', updated_at = now()
  where transfer_id = %(transfer)s and sub_id = '' and state in ('planned', 'draft', 'booked')
),
asked as (
  update transfers t
  set state = (case when is_on(c) then 'waiting' else 'held' end)::transfer_state, reason = '', is_waived = true,
      owner_asked = false, ignored_why = null, is_bulk = false, version = t.version + 1, failures = 0, rung_at = null,
      next_attempt_at = null, updated_at = now()
  from connections c
  where t.account_id = current_account() and t.id = %(transfer)s and c.id = t.connection_id
  returning t.account_id, t.id
)
insert into owner_acts (account_id, transfer_id, act, detail)
select account_id, id, 'send_again', %(detail)s from asked
