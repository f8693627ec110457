"""Demo data, and the main path as a person would walk it."""

from tongbao.app.demo.journey import borrow, decide
from tongbao.app.demo.newcomer import Newcomer, find_newcomer
from tongbao.app.demo.people import FIRM, LOGINS, SUPPLIER, DemoLogin, find_firm
from tongbao.app.demo.seeding import seed

__all__ = [
    "FIRM",
    "LOGINS",
    "SUPPLIER",
    "DemoLogin",
    "Newcomer",
    "borrow",
    "decide",
    "find_firm",
    "find_newcomer",
    "seed",
]
