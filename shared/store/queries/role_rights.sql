select current_user,
       rolsuper,
       rolbypassrls,
       pg_has_role(current_user, 'shopledger_owner', 'member')
from pg_roles where rolname = current_user
