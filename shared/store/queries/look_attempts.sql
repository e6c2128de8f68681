-- Every stage of every try at a transfer, oldest first; a try that nobody ended has none, or no last one. Bodies are
-- large: they come where they are wanted, a normalised one always. Of what is not open only as far as the account looks back.
select a.id as attempt, a.started_at, a.version, a.settings_version, s.stage, s.at, s.event_id, s.outcome, s.reason,
       octet_length(s.body) as size, case when %(bodies)s or s.stage in ('normalised', 'ended') then s.body end as body
from attempts a
left join attempt_stages s on s.attempt_id = a.id
where a.transfer_id = %(transfer)s
  and (a.started_at >= (select shown_since()) or exists (
    select from transfers t where t.account_id = current_account() and t.id = %(transfer)s
      and shopledger.is_open(t.state, t.reason)))
order by a.id, s.at
