import threading
from datetime import date

import pytest

from tests.unit.sandbox.conftest import EMPTY, FIRM, KnownSource
from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.invoices import Invoices


def test_firms_are_found_by_code_and_by_registration_number(source: KnownSource) -> None:
    book = FirmBook(source)

    assert book.firm("F1") is FIRM
    assert book.find(EMPTY.registration_number) is EMPTY
    assert book.find("91320102000000009X") is None
    with pytest.raises(KeyError):
        book.firm("F9")
    with pytest.raises(KeyError):
        book.invoices("F9")
    assert source.asked == []


def test_invoices_are_read_once_while_they_are_kept(source: KnownSource) -> None:
    book = FirmBook(source)

    assert book.invoices("F1") is book.invoices("F1")
    assert source.asked == ["F1"]


def test_the_least_recently_used_firm_is_dropped_when_there_are_too_many_rows(
    source: KnownSource,
) -> None:
    book = FirmBook(source, cache_rows_max=9)
    book.invoices("F1")  # 7 rows
    book.invoices("F2")  # 2 rows: full
    book.invoices("F1")
    source.rows["F3"] = source.rows["F2"]
    book.invoices("F3")  # 2 more: F2 goes
    book.invoices("F1")
    book.invoices("F2")

    assert source.asked == ["F1", "F2", "F3", "F2"]


def test_a_firm_larger_than_the_cache_is_still_served(source: KnownSource) -> None:
    book = FirmBook(source, cache_rows_max=1)

    assert len(book.invoices("F1")) == 7
    assert len(book.invoices("F2")) == 2
    assert book.invoices("F2") is book.invoices("F2")


def test_a_source_is_asked_by_one_thread_at_a_time() -> None:
    class Fragile(KnownSource):
        inside = 0
        most = 0

        def invoices(self, code: str) -> Invoices:
            self.inside += 1
            self.most = max(self.most, self.inside)
            threading.Event().wait(0.02)
            self.inside -= 1
            return super().invoices(code)

    fragile = Fragile()
    book = FirmBook(fragile, cache_rows_max=1)
    threads = [
        threading.Thread(target=book.invoices, args=(code,), daemon=True)
        for code in ("F1", "F2", "F3") * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert not any(thread.is_alive() for thread in threads)
    assert fragile.most == 1


def test_two_firms_with_one_registration_number_are_no_book() -> None:
    class Twins(KnownSource):
        firms: tuple[Firm, ...] = (FIRM, FIRM, Firm("F4", "x", FIRM.registration_number))
        period = (date(2025, 1, 1), date(2025, 1, 31))

    with pytest.raises(AssertionError):
        FirmBook(Twins())
