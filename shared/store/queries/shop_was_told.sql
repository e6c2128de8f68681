update documents set told_shop = %(told)s, updated_at = now()
where account_id = current_account() and id = %(document)s
