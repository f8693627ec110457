"""Reconciliation 对账: the books against what channels and the bank say, and what differs."""
