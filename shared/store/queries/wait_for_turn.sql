-- Until the session ends. Who waits longer than its lock_timeout gets lock_not_available.
select pg_advisory_lock(hashtextextended(%(what)s, 0))
