-- Version, bytes, clock, how many partitioned tables lack next month, and whether events lie in the default partition.
select current_setting('server_version'), pg_database_size(current_database()), clock_timestamp(),
       (select count(*) from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
        where c.relnamespace = 'shopledger'::regnamespace
          and to_regclass('shopledger.' || c.relname || '_' || to_char(
                date_trunc('month', now() at time zone 'UTC') + interval '1 month', 'YYYY_MM')) is null),
       (select coalesce(sum(c.reltuples), 0) > 0 from pg_class c where c.oid = 'shopledger.events_default'::regclass)
