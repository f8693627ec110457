"""Statements of accounts and certificates about them, as documents people and programs read."""
