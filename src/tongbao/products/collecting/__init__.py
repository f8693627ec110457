"""Collecting money: tills and their codes, payment links, codes customers show, requests to pay."""
