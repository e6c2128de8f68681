select trim_past()
