"""What every bank has: parties, accounts, agreements, payments, and the ledger under them."""
