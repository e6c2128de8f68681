select credentials from systems where id = %(system)s
