"""Facts about a party fetched from outside sources, on consent only (data connector)."""
