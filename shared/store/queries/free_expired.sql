select free_expired()
