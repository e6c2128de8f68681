select pg_try_advisory_lock(hashtextextended('shopledger.scheduler', 0))
