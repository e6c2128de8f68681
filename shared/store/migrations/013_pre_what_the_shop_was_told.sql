-- What was written beside the order in its shop, and how; null where nothing was.
alter table documents add column told_shop text;
