update systems set credentials = %(credentials)b where id = %(system)s
