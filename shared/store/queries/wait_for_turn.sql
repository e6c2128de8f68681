-- Until the session ends. Who waits longer than its time-outs allow gets lock_not_available or query_canceled.
select pg_advisory_lock(hashtextextended(%(what)s, 0))
