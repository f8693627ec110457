"""API shapes of parties, a file for each matter."""
