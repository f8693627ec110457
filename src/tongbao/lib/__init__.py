"""Algorithms on numbers and values: no database, no HTTP, no banking state."""
