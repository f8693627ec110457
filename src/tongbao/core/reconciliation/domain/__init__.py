"""The rules of reconciliation: what is compared, what differs, how old it is, what to do."""
