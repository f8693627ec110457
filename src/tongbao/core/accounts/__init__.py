"""Customers' current accounts (BIAN: Current Account), kept on the ledger."""
