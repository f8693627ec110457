"""Staying in touch with customers: telling them what happened, and later more."""
