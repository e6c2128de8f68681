-- What the owner said about an order, oldest first.
select at, act, detail from owner_acts where transfer_id = %(transfer)s order by id
