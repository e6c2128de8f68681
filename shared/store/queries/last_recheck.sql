-- How a connection's last recheck went.
select began_at, ended_at, problem, report, lease_until > clock_timestamp() as is_going
from schedules
where account_id = current_account() and connection_id = %(connection)s and job = 'recheck'
