"""Whether a network answers by something beside the subject: measured on photographs without and with it."""
