select account_id, connection_id, transfer_id, kind, source_number, reason from ring(%(most)s, %(kinds)s)
