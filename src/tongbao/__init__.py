"""Tongbao (通宝): online financial services on one ledger."""

__version__ = "0.1.0"
