"""What people are told of: an inbox, e-mail and SMS, and a live stream for the page they look at.

Nobody calls this module to have something told. It reads what the other modules say happened, and
one declaration beside the event says who is told what (`service.declared`).
"""
