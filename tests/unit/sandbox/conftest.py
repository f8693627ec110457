"""A sandbox of a few firms whose invoices are known row by row."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.main import TOKEN_DEFAULT, create_app

CONSENT = "0190f3b2-7c1e-7d7a-9a55-0f6f5b3f2a11"
HEADERS = {"Authorization": f"Bearer {TOKEN_DEFAULT}", "X-Consent-Id": CONSENT}
FIRM = Firm("F1", "南京测试有限公司", "91320102000000001A", "B", defaulted=False)
NEIGHBOUR = Firm("F2", "南京邻居有限公司", "91320102000000002B", None, None)
EMPTY = Firm("F3", "南京空白有限公司", "91320102000000003C", "D", defaulted=True)


def invoices_of(amounts: Sequence[int], labels: tuple[str, ...] = ("A1", "B2")) -> Invoices:
    """Return one invoice a day with these amounts in fen; every third is void."""
    count = len(amounts)
    rows = np.arange(count)
    amount = np.array(amounts, np.int64)
    return Invoices(
        out=rows % 2 == 0,
        number=7_000 + rows.astype(np.int64),
        issued_on=np.datetime64("2025-01-01") + rows,
        counterparty=(rows % len(labels)).astype(np.int32),
        labels=labels,
        amount_minor=amount,
        tax_minor=amount // 10,
        void=rows % 3 == 2,
    )


class KnownSource:
    """Three firms; counts how often each is asked for."""

    firms: tuple[Firm, ...] = (FIRM, NEIGHBOUR, EMPTY)
    period = (date(2025, 1, 1), date(2025, 12, 31))

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.rows = {
            "F1": invoices_of([12_345, -5, 100, 0, -94_340, 99_999_999_999, 7]),
            "F2": invoices_of([500, 600]),
            "F3": invoices_of([]),
        }

    def invoices(self, code: str) -> Invoices:
        self.asked.append(code)
        return self.rows[code]


@pytest.fixture
def source() -> KnownSource:
    return KnownSource()


@pytest.fixture
def client(source: KnownSource) -> Iterator[TestClient]:
    with TestClient(create_app(book=FirmBook(source)), headers=HEADERS) as opened:
        yield opened
