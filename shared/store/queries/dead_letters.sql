-- Messages that nobody could handle, those that died last first; of a queue, or those with these ids, where they are named.
select d.message_id as id, d.queue, d.words, d.error, d.died_at, d.transfer_id as transfer
from dead_letters d
where d.account_id = current_account() and (%(queue)s::text is null or d.queue = %(queue)s)
  and (%(ids)s::text[] is null or d.message_id = any(%(ids)s))
order by d.died_at desc, d.id desc
limit %(most)s
