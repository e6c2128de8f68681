-- What was planned for an order and never sent stands in the way of another document of its kind.
update documents set state = 'gone', updated_at = now()
where transfer_id = %(transfer)s and sub_id = '' and state = 'planned' and first_sent_at is null
