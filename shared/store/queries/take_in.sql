select event_id, is_new, transfers
from take_in(%(account)s, %(system)s, %(subscription)s, %(origin)s, %(key)b, %(kind)s, %(topic)s, %(delivery_id)s,
             %(source_type)s, %(source_id)s, %(source_number)s, %(modified_at)s, %(reason)s, %(body)b, %(body_hash)b,
             %(created_at)s)
