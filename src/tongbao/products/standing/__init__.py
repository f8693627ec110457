"""Standing orders: payments on days to come, once, repeated, with an end or without."""
