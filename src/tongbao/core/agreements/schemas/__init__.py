"""API shapes of consents and agreements."""
