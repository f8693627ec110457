"""Fixtures of the engagement modules: the whole bank."""

from tests.support.bank import bank, outside, trained

__all__ = ["bank", "outside", "trained"]
