"""What a maker pays alone is bounded by payment and by business day; above it somebody approves."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.makers import AT, Firm, cny, new_firm, new_maker
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import BadBands, check_bands
from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.domain import ApprovalNeeded, NotWithinBand
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

MIDNIGHT = AT.replace(hour=16)  # 24:00 in Shanghai


async def pays(tx: WriteSession, firm: Firm, *amounts: str) -> list[bool]:
    """Pay one after the other; tell which went alone."""
    return [await firm.pay(tx, amount) is not None for amount in amounts]


async def test_splitting_a_payment_ends_at_the_sum_of_the_day(tx: WriteSession) -> None:
    firm = await new_firm(tx, band="100.00", per_day="250.00")
    assert await pays(tx, firm, "100.00", "100.00", "50.01", "50.00", "0.01") == [
        True,
        True,
        False,
        True,
        False,
    ]
    able = await firm.alone(tx)
    assert (able.paid, able.left) == (cny("250.00"), cny("0.00"))


async def test_unsaid_a_day_has_as_much_as_one_payment(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    maker = await new_maker(tx, firm.party_id, bands={"CNY": cny("80.00")}, day_bands={})
    for amount, alone in (("50.00", True), ("30.01", False), ("30.00", True), ("0.01", False)):
        assert (await firm.pay(tx, amount, maker=maker) is not None) is alone


async def test_any_sum_is_said_by_null(tx: WriteSession) -> None:
    firm = await new_firm(tx, band="100.00", per_day=None)
    assert await pays(tx, firm, *["100.00"] * 5, "100.01") == [True] * 5 + [False]
    assert (await firm.alone(tx)).left is None


async def test_any_amount_within_the_sum_of_a_day(tx: WriteSession) -> None:
    firm = await new_firm(tx, band=None, per_day="250.00")
    assert await pays(tx, firm, "250.01", "249.99", "0.02", "0.01") == [False, True, False, True]


async def test_a_day_ends_at_midnight_in_china(tx: WriteSession) -> None:
    firm = await new_firm(tx, band="100.00", per_day="100.00")
    before = MIDNIGHT - timedelta(microseconds=1)
    assert await firm.pay(tx, "100.00", at=before) is not None
    assert await firm.pay(tx, "0.01", at=before) is None
    assert await firm.pay(tx, "100.00", at=MIDNIGHT) is not None
    assert await firm.pay(tx, "0.01", at=MIDNIGHT) is None
    assert (await firm.alone(tx, at=MIDNIGHT + timedelta(days=1))).left == cny("100.00")


async def test_only_what_was_paid_counts(tx: WriteSession) -> None:
    firm = await new_firm(tx, band="100.00", per_day="100.00", money="60.00")
    rejected = await firm.pay(tx, "90.00")
    assert rejected is not None
    assert rejected.reason is not None
    assert rejected.reason.code == "ledger.insufficient_funds"
    other_name = await firm.pay(tx, "10.00", creditor_name="别人")
    assert other_name is not None
    assert other_name.status is service.Status.REJECTED
    assert (await firm.alone(tx)).paid == cny("0.00")
    assert await pays(tx, firm, "60.00") == [True]
    assert (await firm.alone(tx)).paid == cny("60.00")


async def checker_of(tx: WriteSession, firm: Firm, band: str) -> Actor:
    made = await new_maker(tx, firm.party_id, bands={}, day_bands={})
    member = await identity.membership_of(tx, user_id=made.id, party_id=firm.party_id, at=AT)
    assert member is not None
    await identity.add_member(
        tx,
        user_id=made.id,
        party_id=firm.party_id,
        role=identity.MemberRole.CHECKER,
        bands={"CNY": cny(band)},
        added_by=made.id,
        at=AT,
    )
    found = await identity.find_actor(tx, made.id, AT)
    assert found is not None
    return found


async def test_what_a_second_person_approved_takes_nothing_of_the_day(tx: WriteSession) -> None:
    firm = await new_firm(tx, band="100.00", per_day="100.00")
    checker = await checker_of(tx, firm, "500.00")
    wanted = dict(firm.order("400.00"))
    with pytest.raises(ApprovalNeeded):
        await service.transfer(tx, **wanted, initiated_by=firm.maker, without_step_up=True, at=AT)
    paid = await service.transfer(tx, **wanted, initiated_by=firm.maker, approved_by=checker, at=AT)
    assert paid.status is service.Status.SETTLED
    assert (await firm.alone(tx)).left == cny("100.00")


async def test_an_approver_is_asked_even_when_the_maker_could_pay_alone(tx: WriteSession) -> None:
    """A proposal made yesterday, when the sum was used up, may be within it today."""
    firm = await new_firm(tx, band="100.00", per_day="100.00")
    checker = await checker_of(tx, firm, "50.00")
    with pytest.raises(NotWithinBand):
        await service.transfer(
            tx, **dict(firm.order("60.00")), initiated_by=firm.maker, approved_by=checker, at=AT
        )


async def test_each_maker_has_a_day_of_their_own_and_two_log_ins_of_one_person_share_it(
    tx: WriteSession,
) -> None:
    firm = await new_firm(tx, band="100.00", per_day="100.00")
    person = (await parties.register_person(tx, name="李娜", at=AT)).id
    bands = {"CNY": cny("100.00")}
    twice = [
        await new_maker(tx, firm.party_id, bands=bands, day_bands={}, person_id=person)
        for _ in range(2)
    ]
    assert await firm.pay(tx, "100.00") is not None
    assert await firm.pay(tx, "70.00", maker=twice[0]) is not None
    assert await firm.pay(tx, "30.01", maker=twice[1]) is None
    assert await firm.pay(tx, "30.00", maker=twice[1]) is not None


async def test_other_bands_do_not_begin_the_day_anew(tx: WriteSession) -> None:
    firm = await new_firm(tx, band="100.00", per_day="200.00")
    assert await pays(tx, firm, "100.00", "100.00") == [True, True]
    for per_day, left in (("300.00", "100.00"), ("150.00", "0.00")):
        await identity.add_member(
            tx,
            user_id=firm.maker.id,
            party_id=firm.party_id,
            role=identity.MemberRole.MAKER,
            bands={"CNY": cny("100.00")},
            day_bands={"CNY": cny(per_day)},
            added_by=firm.maker.id,
            at=AT,
        )
        assert (await firm.alone(tx)).left == cny(left)
    assert await pays(tx, firm, "0.01") == [False]


async def test_a_holder_has_no_sum_and_dual_control_leaves_none(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    holder = Actor(
        id=new_id(),
        kind="customer",
        name="老板",
        party_ids=frozenset({firm.party_id}),
        permissions=frozenset({"payments:initiate", "payments:settle_alone"}),
    )
    paid = await firm.pay(tx, "9000.00", maker=holder)
    assert paid is not None
    assert paid.status is service.Status.SETTLED
    able = await service.alone(tx, party_id=firm.party_id, currency="USD", actor=firm.maker, at=AT)
    assert not able.covers(Money(1, "USD")), "a currency without a band"


@pytest.mark.parametrize(
    ("bands", "day_bands"),
    [
        ({"CNY": cny("100.00")}, {"CNY": cny("99.99")}),
        ({"CNY": cny("100.00")}, {"USD": Money(1, "USD")}),
        ({"CNY": None}, {"CNY": cny("-0.01")}),
    ],
)
def test_bands_by_day_that_make_no_sense(
    bands: dict[str, Money | None], day_bands: dict[str, Money | None]
) -> None:
    with pytest.raises(BadBands):
        check_bands(bands, day_bands)


@given(
    per_payment=st.none() | st.integers(0, 50),
    per_day=st.none() | st.integers(0, 100),
    paid=st.integers(0, 150),
    amount=st.integers(1, 120),
)
def test_alone_means_within_both_bounds(
    per_payment: int | None, per_day: int | None, paid: int, amount: int
) -> None:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, "CNY")

    able = service.Alone(
        per_payment=money(per_payment), per_day=money(per_day), paid=Money(paid, "CNY")
    )
    expected = (per_payment is None or amount <= per_payment) and (
        per_day is None or paid + amount <= per_day
    )
    assert able.covers(Money(amount, "CNY")) is expected
    assert able.left is None or able.left.minor >= 0
