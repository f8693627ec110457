"""Firms by code and by registration number, with their invoices on demand."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Protocol

from tongbao_sandbox.invoices import Invoices

CACHE_ROWS_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Firm:
    """What the registry and the bank know of a firm; `None` where nobody knows."""

    code: str
    name: str
    registration_number: str
    rating: str | None = None
    defaulted: bool | None = None


class Source(Protocol):
    """Where firms and their invoices come from. `invoices` is called under a lock."""

    firms: tuple[Firm, ...]
    period: tuple[date, date]  # first and last day covered, both included

    def invoices(self, code: str) -> Invoices:
        """Return the invoices of one of `firms`."""


class FirmBook:
    """Firms by code and by registration number; invoices on demand, recent ones kept.

    Safe to use from several threads.
    """

    def __init__(self, source: Source, *, cache_rows_max: int = CACHE_ROWS_MAX) -> None:
        self.firms = source.firms
        self.period = source.period
        self._source = source
        self._by_code = {firm.code: firm for firm in self.firms}
        self._by_number = {firm.registration_number: firm for firm in self.firms}
        assert len(self._by_code) == len(self._by_number) == len(self.firms)
        self._kept: OrderedDict[str, Invoices] = OrderedDict()
        self._kept_rows = 0
        self._kept_rows_max = cache_rows_max
        self._lock = Lock()

    def firm(self, code: str) -> Firm:
        """Return the firm with this code; raise KeyError if there is none."""
        return self._by_code[code]

    def find(self, registration_number: str) -> Firm | None:
        """Return the firm with this registration number, if there is one."""
        return self._by_number.get(registration_number)

    def invoices(self, code: str) -> Invoices:
        """Return all invoices of a firm; raise KeyError if there is no such firm."""
        firm = self._by_code[code]
        with self._lock:
            kept = self._kept.get(firm.code)
            if kept is not None:
                self._kept.move_to_end(firm.code)
                return kept
            fresh = self._source.invoices(firm.code)
            self._kept[firm.code] = fresh
            self._kept_rows += len(fresh)
            while self._kept_rows > self._kept_rows_max and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._kept_rows -= len(dropped)
            return fresh
