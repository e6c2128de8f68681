select wake_due()
