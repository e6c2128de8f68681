select sweep(make_interval(secs => %(older)s))
