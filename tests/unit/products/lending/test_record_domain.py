"""The record of a decision: one spelling, exact numbers, differences found."""

import json
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.lending.domain import record
from tongbao.products.lending.domain.application import Reason
from tongbao.products.lending.domain.decision import refused

REASON = Reason("lending.no_recent_sales", Text(zh="近 6 个月没有销售开票", en="No sales"))


def made(features: dict[str, float | None]) -> dict[str, object]:
    inputs = record.Inputs(
        policy_version="2026-1",
        requested=None,
        exposure=Money.zero("CNY"),
        data=record.DataUsed(
            fetch_id=UUID(int=1),
            sha256="0" * 64,
            source="tax.vat_invoices",
            period_from=date(2024, 1, 1),
            period_to=date(2024, 12, 31),
            row_count=3,
        ),
        feature_set="vat-invoices/1",
        features=features,
    )
    return record.document(inputs, refused(REASON))


numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.text("abc", max_size=3), numbers, max_size=5))
def test_a_record_survives_json_bit_for_bit(features: dict[str, float | None]) -> None:
    document = made(features)
    again = json.loads(json.dumps(document))
    assert record.canonical(again) == record.canonical(document)
    assert record.differences(document, again) == []
    found = document["features"]
    assert isinstance(found, dict)
    assert {key: repr(value) for key, value in found.items()} == {
        key: repr(value) for key, value in features.items()
    }


def test_a_record_never_holds_what_json_cannot() -> None:
    with pytest.raises(ValueError, match="JSON"):
        made({"x": float("nan")})


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 1.0}, ["/a"]),
        ({"a": 1}, {"a": True}, ["/a"]),
        ({"a": None}, {}, []),
        ({"a": 0}, {}, ["/a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["/a"]),
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}, ["/a/1/b"]),
        ({"a": "xy"}, {"a": ["x", "y"]}, ["/a"]),
    ],
)
def test_differences(left: object, right: object, found: list[str]) -> None:
    assert record.differences(left, right) == found
    assert record.differences(right, left) == found


def test_one_changed_bit_changes_the_digest() -> None:
    assert record.digest(made({"x": 0.1})) != record.digest(made({"x": 0.1 + 2**-55}))
