"""Journeys are walked on the whole application."""

from tests.support.bank import bank, outside, trained
from tests.support.visits import browser, demonstration, sandbox, site, site_urls
from tests.support.walks import walk

__all__ = [
    "bank",
    "browser",
    "demonstration",
    "outside",
    "sandbox",
    "site",
    "site_urls",
    "trained",
    "walk",
]
