"""One page of the tax office's answer: what is read, and what is refused before it is."""

import json
from typing import Any

import pytest

from tongbao.core.sources.domain.errors import (
    Finding,
    SourceAccessRefused,
    SourceUnavailable,
    SourceUntrustworthy,
    TaxpayerUnknown,
)
from tongbao.core.sources.gateways import tax_office


def page() -> dict[str, Any]:
    return {
        "taxpayer": {"registration_number": "91310115MA3EJ44C37", "name": "华东建材"},
        "period": {"from": "2024-01-01", "to": "2024-12-31"},
        "totals": {"count": 1, "amount": "-943.40", "tax": "-56.60"},
        "items": [
            {
                "id": "1",
                "direction": "in",
                "number": "03390939",
                "issued_on": "2024-07-18",
                "counterparty": "A00297",
                "amount": "-943.40",
                "tax": "-56.60",
                "void": False,
            }
        ],
        "next": None,
    }


def test_a_page_is_read_into_fen() -> None:
    heading, rows, following = tax_office.read_page(json.dumps(page()).encode())
    assert heading.totals.amount_minor == -94_340
    assert rows.amount_minor == [-94_340]
    assert rows.tax_minor == [-5_660]
    assert rows.out == [False]
    assert following is None


def test_members_we_do_not_know_are_not_read() -> None:
    more = page() | {"more": 1}
    more["items"][0]["goods"] = "水泥"
    assert tax_office.read_page(json.dumps(more).encode())


HOSTILE: list[tuple[tuple[str | int, ...], object]] = [
    (("items", 0, "amount"), -943.4),
    (("items", 0, "amount"), "-943.4"),
    (("items", 0, "amount"), "943"),
    (("items", 0, "amount"), "1e3"),
    (("items", 0, "amount"), "NaN"),
    (("items", 0, "amount"), "+1.00"),
    (("items", 0, "amount"), "1_0.00"),
    (("items", 0, "amount"), "１.00"),
    (("items", 0, "amount"), "1.00\n"),
    (("items", 0, "amount"), "99999999999.00"),
    (("items", 0, "tax"), None),
    (("items", 0, "id"), 1),
    (("items", 0, "id"), ""),
    (("items", 0, "id"), "x" * 65),
    (("items", 0, "direction"), "both"),
    (("items", 0, "issued_on"), "18.07.2024"),
    (("items", 0, "issued_on"), "2024-7-18"),
    (("items", 0, "void"), 0),
    (("items", 0, "void"), "false"),
    (("items", 0), None),
    (("items",), {}),
    (("totals", "count"), -1),
    (("totals", "count"), "1"),
    (("totals", "count"), 1.0),
    (("totals", "amount"), "99999999999999999.00"),
    (("period", "from"), "yesterday"),
    (("period", "to"), 0),
    (("taxpayer", "name"), ""),
    (("taxpayer",), None),
    (("next",), 5),
    (("next",), ""),
    (("next",), "x" * 2_001),
]


@pytest.mark.parametrize(("place", "value"), HOSTILE)
def test_a_page_of_the_wrong_form_is_refused(place: tuple[str | int, ...], value: object) -> None:
    bent: Any = page()
    inner = bent
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(SourceUntrustworthy) as raised:
        tax_office.read_page(json.dumps(bent).encode())
    assert raised.value.finding is Finding.MALFORMED
    assert str(place[0]) in raised.value.say("en")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff", b"<html>", b"{" * 10_000])
def test_what_is_no_page_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(SourceUntrustworthy) as raised:
        tax_office.read_page(body)
    assert raised.value.finding is Finding.MALFORMED


@pytest.mark.parametrize("member", list(page()))
def test_every_member_is_needed(member: str) -> None:
    bent = page()
    del bent[member]
    with pytest.raises(SourceUntrustworthy):
        tax_office.read_page(json.dumps(bent).encode())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, SourceUnavailable),
        (403, SourceAccessRefused),
        (404, TaxpayerUnknown),
        (204, SourceUntrustworthy),
        (302, SourceUntrustworthy),
        (400, SourceUntrustworthy),
    ],
)
def test_what_a_status_means(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        tax_office.check_status(status, "91310115MA3EJ44C37")


def test_pauses_grow_and_spread() -> None:
    for attempt, middle in ((1, 0.25), (2, 0.5), (3, 1.0)):
        pauses = {tax_office.pause(0.25, attempt) for _ in range(50)}
        assert len(pauses) > 1
        assert all(0.75 * middle <= pause <= 1.25 * middle for pause in pauses)
