"""Payments (BIAN: Payment Order): today the book transfer between two customers' accounts."""
