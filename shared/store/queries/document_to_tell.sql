select kind, external_number as number, place, told_shop as told
from documents
where account_id = current_account() and id = %(document)s
