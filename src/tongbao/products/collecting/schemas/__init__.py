"""API shapes of collecting."""
