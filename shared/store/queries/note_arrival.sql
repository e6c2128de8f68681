-- Another content that was frozen meanwhile has another key, and has not arrived.
update documents set answered_key = idempotency_key, updated_at = now()
where account_id = current_account() and id = %(document)s and idempotency_key = %(key)s
