-- One word at a time about what is in these books, so that two which come together see each other.
select pg_advisory_xact_lock(hashtextextended('shopledger.owner', %(books)s))
