select current_user,
       bool_or(rolsuper or rolbypassrls or rolname = 'shopledger_owner')
from pg_roles
where pg_has_role(current_user, oid, 'member')
