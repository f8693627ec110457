"""Journeys are walked on the whole application."""

from tests.support.bank import bank, outside, trained
from tests.support.visits import browser, site

__all__ = ["bank", "browser", "outside", "site", "trained"]
