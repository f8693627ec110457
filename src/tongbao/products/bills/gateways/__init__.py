"""Billers over HTTP."""
