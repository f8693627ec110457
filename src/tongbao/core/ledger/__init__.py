"""The double-entry ledger: one for money, securities and points. Enter by `service` or `events`."""
