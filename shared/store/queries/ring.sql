select account_id, connection_id, transfer_id, source_type, source_number, reason from ring(%(most)s)
