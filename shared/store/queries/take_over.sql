select take_over()
