-- A document that is in the books becomes the order's, a generation above all that it ever had of that kind.
with linked as (
  update transfers t
  set state = 'done', reason = 'linked', handled_version = t.version, owner_asked = false, is_waived = false,
      ignored_why = null, failures = 0, rung_at = null, next_attempt_at = null, updated_at = now()
  where t.account_id = current_account() and t.id = %(transfer)s
  returning t.account_id, t.connection_id, t.id, t.source_type, t.source_id
),
acted as (
  insert into owner_acts (account_id, transfer_id, act, detail)
  select account_id, id, %(act)s, %(detail)s from linked
)
insert into documents (
  account_id, connection_id, transfer_id, source_type, source_id, kind, generation, state, reference, idempotency_key,
  external_number, place, currency, total, answered_total, origin)
select l.account_id, l.connection_id, l.id, l.source_type, l.source_id, %(kind)s, (
         select coalesce(max(d.generation), 0) + 1 from documents d
         where d.connection_id = l.connection_id and d.source_type = l.source_type and d.source_id = l.source_id
           and d.kind = %(kind)s and d.sub_id = ''),
       %(state)s, %(reference)s, %(key)s, %(number)s, %(place)s, %(currency)s, %(total)s, %(total)s, %(origin)s
from linked l
