-- How books may round VAT, as far as it is known.
select rounding from systems where account_id = current_account() and id = %(system)s
