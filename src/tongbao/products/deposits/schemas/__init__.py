"""API shapes of deposits."""
