"""Credit rating: judges the facts handed to it (invoices in, score and reasons out)."""
