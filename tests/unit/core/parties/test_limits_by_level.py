"""What a level allows, as the rules of limits say it."""

from datetime import UTC, datetime

import pytest

from tongbao.core.parties import service as parties
from tongbao.core.parties.service import Level, PartyKind
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def yuan(*amounts: int | None) -> list[Money | None]:
    return [None if each is None else Money(each * 100, "CNY") for each in amounts]


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        (PartyKind.PERSON, Level.NONE, yuan(0, 0, 0)),
        (PartyKind.PERSON, Level.BASIC, yuan(2_000, 2_000, 50_000)),
        (PartyKind.PERSON, Level.STANDARD, yuan(10_000, 10_000, 200_000)),
        (PartyKind.PERSON, Level.FULL, yuan(50_000_000, 50_000_000, None)),
        (PartyKind.ORGANISATION, Level.NONE, yuan(0, 0, 0)),
        (PartyKind.ORGANISATION, Level.BASIC, yuan(50_000, 100_000, 1_000_000)),
        (PartyKind.ORGANISATION, Level.STANDARD, yuan(500_000, 1_000_000, 20_000_000)),
        (PartyKind.ORGANISATION, Level.FULL, yuan(50_000_000, 500_000_000, None)),
    ],
)
async def test_a_bank_begins_with_these(
    tx: WriteSession, kind: PartyKind, level: Level, expected: list[Money | None]
) -> None:
    allowed = (await parties.limits_by_level(tx, kind, at=AT))[level]
    assert [allowed.per_transaction, allowed.per_day, allowed.per_year] == expected
