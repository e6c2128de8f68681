-- Which content of a draft the books have answered with, where the totals alone do not say it.

alter table documents add column answered_key text;
