"""Journeys are walked on the whole application."""

from tests.support.bank import bank, outside, trained

__all__ = ["bank", "outside", "trained"]
