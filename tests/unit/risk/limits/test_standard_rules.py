"""The rules a bank begins with, for payments that come later: abroad, by code, small ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Reservation, ReviewNeeded, SharedLimitExceeded, Use

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
TOMORROW = AT + timedelta(days=1)
NEXT_YEAR = datetime(2026, 12, 31, 16, tzinfo=UTC)


class Party:
    """Somebody fully known who moves money."""

    def __init__(self, tx: WriteSession, kind: str = "person") -> None:
        self.tx, self.kind, self.id = tx, kind, new_id()

    async def take(
        self, operation: str, amount: str, currency: str, *, at: datetime = AT, **facts: Any
    ) -> Reservation:
        use = Use(
            id=new_id(), party_id=self.id, party_kind=self.kind, level=3,  # type: ignore[arg-type]
            operation=operation, amount=Money.parse(amount, currency), **facts,
        )  # fmt: skip
        (result,) = await limits.reserve(self.tx, [use], at=at)
        return result


@pytest.mark.parametrize(
    ("kind", "maximum"), [("person", "50000.00"), ("organisation", "1000000.00")]
)
async def test_abroad_a_day_and_what_is_above_waits_for_a_person(
    tx: WriteSession, kind: str, maximum: str
) -> None:
    party, abroad = Party(tx, kind), "payments.crossborder"
    assert (await party.take(abroad, maximum, "USD")).status == "reserved"
    above = await party.take(abroad, "0.01", "USD")
    assert isinstance(above.error, ReviewNeeded)
    assert above.error.facts["left"] == "USD 0.00"
    assert (await party.take(abroad, "0.01", "USD", reviewed=True)).status == "reserved"
    assert isinstance((await party.take(abroad, "0.01", "USD")).error, ReviewNeeded), "it counts"
    assert (await party.take(abroad, maximum, "USD", at=TOMORROW)).status == "reserved"


async def test_abroad_in_another_currency_counts_in_dollars(tx: WriteSession) -> None:
    await limits.set_rate(tx, "USD", Rate.parse("6.5"), at=AT)
    await limits.set_rate(tx, "EUR", Rate.parse("7.8"), at=AT)
    party = Party(tx)
    # 49,999.98 dollars; then 0.024 dollars, rounded up, do not fit, and 0.012 do.
    assert (await party.take("payments.crossborder", "41666.65", "EUR")).status == "reserved"
    assert (await party.take("payments.crossborder", "0.02", "EUR")).status == "refused"
    assert (await party.take("payments.crossborder", "0.01", "EUR")).status == "reserved"


async def test_what_is_reviewed_meets_every_other_limit(tx: WriteSession) -> None:
    party = Party(tx)
    result = await party.take("payments.crossborder", "49999999.00", "USD", reviewed=True)
    assert isinstance(result.error, limits.LimitExceeded)
    assert result.error.facts["rule_code"] == "person_3_transaction"


async def test_the_yearly_quota_of_foreign_exchange_is_a_persons(tx: WriteSession) -> None:
    party, firm = Party(tx), Party(tx, "organisation")
    for day in range(5):
        at = AT + timedelta(days=day)
        assert (await party.take("fx.convenience", "10000.00", "USD", at=at)).status == "reserved"
    refused = await party.take("fx.convenience", "0.01", "USD", at=NEXT_YEAR - timedelta(seconds=1))
    assert isinstance(refused.error, ReviewNeeded)
    assert (await party.take("fx.convenience", "50000.00", "USD", at=NEXT_YEAR)).error is None
    assert (await firm.take("fx.convenience", "50000.01", "USD")).status == "reserved"


@pytest.mark.parametrize(
    ("operation", "fits", "above"),
    [
        ("payments.qr.static", ["499.99", "0.01"], "0.01"),
        ("payments.password_free", ["1000.00", "1000.00", "1000.00"], "0.01"),
        ("payments.password_free", [], "1000.01"),
    ],
)
async def test_small_ways_of_paying(
    tx: WriteSession, operation: str, fits: list[str], above: str
) -> None:
    party = Party(tx)
    for amount in fits:
        assert (await party.take(operation, amount, "CNY")).status == "reserved"
    assert (await party.take(operation, above, "CNY")).status == "refused"
    assert (await party.take("payments.transfer", "50000.00", "CNY")).status == "reserved"


async def test_all_ways_of_paying_share_the_quota_of_outgoing_payments(tx: WriteSession) -> None:
    party = Party(tx)
    party_at_level_one = {"operation": "payments.qr.static", "level": 1}
    for operation, minor, status in (
        ("payments.transfer", 170_000, "reserved"),
        ("payments.qr.static", 30_001, "refused"),
        ("payments.qr.static", 30_000, "reserved"),
    ):
        use = Use(
            id=new_id(), party_id=party.id, party_kind="person", amount=Money(minor, "CNY"),
            **{**party_at_level_one, "operation": operation},  # type: ignore[arg-type]
        )  # fmt: skip
        (result,) = await limits.reserve(tx, [use], at=AT)
        assert result.status == status, operation


async def test_those_who_share_a_device_share_its_quota_and_learn_nothing(tx: WriteSession) -> None:
    device = str(new_id())
    for _ in range(2):
        assert (
            await Party(tx).take("payments.transfer", "50000000.00", "CNY", device=device)
        ).status == "reserved"
    refused = await Party(tx).take("payments.transfer", "0.01", "CNY", device=device)
    assert isinstance(refused.error, SharedLimitExceeded)
    assert "left" not in refused.error.facts
