select month, wanted from thin_out_month()
