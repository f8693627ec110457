"""Rules of a test's own: each test counts an operation that no other test has."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Dimension, Rule, Use, Window

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
STAFF = UUID("01900000-0000-7000-8000-000000000001")


class Rules:
    """Sets rules of one operation, and makes uses of it."""

    def __init__(self, tx: WriteSession) -> None:
        self.tx = tx
        self.operation = f"t{new_id().hex}"
        self.party = new_id()

    async def set(self, name: str = "day", *, at: datetime = AT, **facts: Any) -> Rule:
        rule = Rule(
            **{
                "code": f"{self.operation}_{name}",
                "title": Text(zh="测试", en="Test"),
                "counted_by": frozenset({Dimension.PARTY}),
                "window": Window.DAY,
                "maximum": 1_000,
                "operation": self.operation,
                **facts,
            }
        )
        await limits.set_rule(self.tx, rule, set_by=STAFF, at=at)
        return rule

    def use(self, minor: int = 1, currency: str = "CNY", **facts: Any) -> Use:
        return Use(
            **{
                "id": new_id(),
                "party_id": self.party,
                "party_kind": "person",
                "level": 1,
                "operation": self.operation,
                "amount": Money(minor, currency),
                **facts,
            }
        )

    async def take(self, *uses: Use, at: datetime = AT) -> list[str]:
        return [each.status for each in await limits.reserve(self.tx, uses, at=at)]

    async def left(self, at: datetime = AT, **facts: Any) -> list[int]:
        return [each.left for each in await limits.headroom(self.tx, self.use(**facts), at=at)]


@pytest.fixture
def rules(tx: WriteSession) -> Rules:
    return Rules(tx)
