"""Consents given and agreements signed (BIAN: Customer Agreement)."""
