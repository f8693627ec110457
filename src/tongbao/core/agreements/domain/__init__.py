"""Consents and agreements: shapes, rules and refusals."""
