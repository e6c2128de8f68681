-- It was counted: it may begin, or, where it was to be dry, it has ended.
update runs
set state = case when is_dry then 'done' else 'ready' end, forecast = %(forecast)s, total = %(total)s, next_at = now(),
    ended_at = case when is_dry then now() end
where account_id = current_account() and id = %(run)s and state = 'counting'
returning state
