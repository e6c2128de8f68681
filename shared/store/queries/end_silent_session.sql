select set_config('idle_session_timeout', %s, false)
