"""Ways to the systems of others."""
