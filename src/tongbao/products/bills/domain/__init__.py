"""Rules of bills: billers, what is paid and how far it has come, mandates."""
