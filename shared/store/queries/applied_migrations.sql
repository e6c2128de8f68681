select array_agg(name) from migrations
