"""The content hash is stored for ever: one computed years ago must still be the one of today."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.ledger.domain import (
    AccountId,
    NewPosting,
    NewTransaction,
    TransactionId,
    TransactionKind,
)
from tongbao.kernel.money import Money, Quantity

ID = TransactionId(UUID(int=2**100 + 9))
FIRST, SECOND, THIRD = (AccountId(UUID(int=number)) for number in (1, 2, 3))
PAY = NewPosting(FIRST, SECOND, Money(1250, "CNY"))
UNITS = NewPosting(SECOND, THIRD, Quantity(7, "F:000001", 4), ordinal=3)
PLAIN = {"id": ID, "type": "fee", "postings": (PAY,)}
DESCRIBED = PLAIN | {
    "effective_on": date(2026, 3, 1),
    "reference": "发票\n1",
    "metadata": {"b": "2", "a": "1"},
    "correlation_id": UUID(int=2**100 + 9),
}
HELD = PLAIN | {
    "type": "hold",
    "kind": TransactionKind.PENDING,
    "expires_at": datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))),
}
VOID = {"id": ID, "type": "void", "postings": (), "kind": TransactionKind.VOID, "target": ID}


@pytest.mark.parametrize(
    ("facts", "stored"),
    [
        (PLAIN, "1ef1e73e3458c8a01a02c46184d47dec"),
        (PLAIN | {"postings": (PAY, UNITS)}, "83a31ea97834968584a9a232ff56fd30"),
        (DESCRIBED, "9866a9fbc716ba75bb2baf23e8f03a7c"),
        (HELD, "02685d7716eca1ba87bfcb8bd885cb68"),
        (VOID, "866cd01c36cde36d2bfc0b4f1f31f9f8"),
    ],
    ids=["plain", "two assets", "described", "pending", "void"],
)
def test_what_was_stored_is_computed_still(facts: Mapping[str, Any], stored: str) -> None:
    assert NewTransaction(**facts).content_hash().hex() == stored


@given(st.text())
def test_a_reference_alone_is_written_as_with_metadata(reference: str) -> None:
    class Described(dict[str, str]):  # it has nothing in it, and says that it has
        def __bool__(self) -> bool:
            return True

    facts: dict[str, Any] = PLAIN | {"reference": reference}
    long_way = NewTransaction(**facts | {"metadata": Described()})
    assert NewTransaction(**facts).content_hash() == long_way.content_hash()
