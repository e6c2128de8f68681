select answered_key = idempotency_key from documents
where account_id = current_account() and id = %(document)s
