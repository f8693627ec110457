"""The rules of deposits; no database here."""
