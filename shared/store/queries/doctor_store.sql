-- Version, bytes, clock, and how many parts the partitioned tables lack for this month and the next.
select current_setting('server_version'), pg_database_size(current_database()), clock_timestamp(),
       (select count(*)
        from pg_partitioned_table p
        join pg_class c on c.oid = p.partrelid and c.relnamespace = 'shopledger'::regnamespace
        cross join generate_series(0, 1) as ahead
        where to_regclass('shopledger.' || c.relname || '_' || to_char(
                date_trunc('month', now() at time zone 'UTC') + ahead * interval '1 month', 'YYYY_MM')) is null)
