select id, name, active from accounts_there_are()
