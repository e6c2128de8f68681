select schedule_id, account_id, system_id, connection_id, job, due
from forgotten_runs(%(older)s * interval '1 second', %(most)s)
