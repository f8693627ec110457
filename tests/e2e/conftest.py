"""Journeys are walked on the whole application."""

from tests.support.bank import bank, outside, trained
from tests.support.visits import browser, connected_site, demonstration, premises, sandbox, site
from tests.support.walks import walk

__all__ = [
    "bank",
    "browser",
    "connected_site",
    "demonstration",
    "outside",
    "premises",
    "sandbox",
    "site",
    "trained",
    "walk",
]
