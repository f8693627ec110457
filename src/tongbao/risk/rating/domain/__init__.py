"""Rules of credit rating: what is read from invoices, and what is made of it."""
