"""Asking for settled payments back: requested, sent, asked about until answered."""
