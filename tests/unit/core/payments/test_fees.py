"""Fees: what a payment costs and why, the tax in it, versions, and that it is booked or nothing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.conftest import AT, Caller, Staff
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service
from tongbao.core.payments.domain.fees import (
    FeeBand,
    FeeKind,
    FeeRule,
    FeeWrong,
    narrowest,
    quote_of,
)
from tongbao.core.payments.router.fees import SET_FEE, SET_VAT
from tongbao.infra import proposals
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

URL = "/api/v1/payments/fees"
VAT = Rate.percent("6")
SECOND = timedelta(seconds=1)
Problem = Callable[[httpx2.Response], tuple[int, str]]
Customer = Callable[[str], Awaitable[Caller]]


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def rule(*bands: FeeBand, **facts: Any) -> FeeRule:
    chosen = {"currency": "CNY", "channel": None, "party_kind": None, **facts}
    title = Text(zh="转账手续费", en="Transfer fee")
    return FeeRule(kind=FeeKind.BOOK_TRANSFER, title=title, bands=bands, **chosen)


def band(from_: str, flat: str, rate: str = "0", **facts: Any) -> FeeBand:
    return FeeBand(from_=cny(from_), flat=cny(flat), rate=Rate.parse(rate), **facts)


TABLE = rule(
    band("0.00", "0.00"),
    band("10000.00", "5.30"),
    band("50000.00", "0.00", "0.0003", least=cny("20.00"), most=cny("50.00")),
)


@pytest.mark.parametrize(
    ("amount", "fee", "tax"),
    [
        ("9999.99", "0.00", "0.00"),
        ("10000.00", "5.30", "0.30"),
        ("50000.00", "20.00", "1.13"),  # 15.00 is below the least
        ("100000.00", "30.00", "1.70"),
        ("99999999.00", "50.00", "2.83"),
    ],
)
def test_what_an_amount_costs(amount: str, fee: str, tax: str) -> None:
    quote = quote_of(TABLE, cny(amount), vat=VAT)
    assert (quote.total, quote.tax) == (cny(fee), cny(tax))
    assert sum((each.amount for each in quote.lines), cny("0.00")) == cny(fee)


def test_why_is_said_in_both_languages() -> None:
    why = quote_of(TABLE, cny("100000.00"), vat=VAT).explanation
    assert why.zh == (
        "转账手续费：金额的 0.03%，最低 CNY 20.00，最高 CNY 50.00；"
        "本笔手续费 CNY 30.00，其中增值税 CNY 1.70"
    )
    assert why.en == (
        "Transfer fee: 0.03% of the amount, at least CNY 20.00, at most CNY 50.00; "
        "this payment costs CNY 30.00, of which CNY 1.70 is value-added tax"
    )
    assert "每笔 CNY 5.30" in quote_of(TABLE, cny("10000.00"), vat=VAT).explanation.zh
    assert "免收" in quote_of(None, cny("1.00"), vat=VAT).explanation.zh


@given(
    st.integers(1, 10**12),
    st.integers(0, 10**6),
    st.integers(0, 10**11),
    st.integers(0, 50 * 10**10),
)
def test_fee_is_what_is_earned_and_the_tax_to_the_cent(
    amount: int, flat: int, rate: int, vat: int
) -> None:
    one = FeeBand(from_=cny("0.00"), flat=Money(flat, "CNY"), rate=Rate(rate))
    quote = quote_of(rule(one), Money(amount, "CNY"), vat=Rate(vat))
    assert quote.total == one.fee(Money(amount, "CNY"))
    assert quote.net >= quote.tax or vat >= 10**12
    assert quote.tax >= cny("0.00")
    # The tax is what the net earns it, to half a cent of rounding on either side.
    assert abs(quote.net.minor * vat - quote.tax.minor * 10**12) <= 10**12 + vat


def test_the_narrowest_rule_holds_by_channel_before_customer() -> None:
    rules = {
        (channel, kind): rule(channel=channel, party_kind=kind)
        for channel in (None, "bank")
        for kind in (None, "person")
    }
    every = list(rules.values())
    assert narrowest(every, channel="bank", party_kind="person") is rules["bank", "person"]
    assert narrowest(every, channel="bank", party_kind="organisation") is rules["bank", None]
    assert narrowest(every, channel="card", party_kind="person") is rules[None, "person"]
    del rules["bank", "person"]
    some = list(rules.values())
    assert narrowest(some, channel="bank", party_kind="person") is rules["bank", None]
    assert narrowest([], channel=None, party_kind="person") is None


@pytest.mark.parametrize(
    ("field", "bands"),
    [
        ("from", [band("1.00", "0.00")]),
        ("from", [band("0.00", "0.00"), band("5.00", "0.00"), band("5.00", "1.00")]),
        ("rate", [band("0.00", "0.00", "0.11")]),
        ("rate", [band("0.00", "0.00", "-0.01")]),
        ("currency", [band("0.00", "-1.00")]),
        ("currency", [FeeBand(Money.zero("USD"), Money.zero("USD"), Rate.zero())]),
        ("least", [band("0.00", "0.00", least=cny("2.00"), most=cny("1.00"))]),
        ("bands", [band(f"{number}.00", "0.00") for number in range(21)]),
    ],
)
def test_a_table_with_gaps_or_other_money_is_refused(field: str, bands: list[FeeBand]) -> None:
    with pytest.raises(FeeWrong) as refused:
        rule(*bands)
    assert refused.value.facts == {"field": field}


async def pay(tx: WriteSession, payer: Holder, payee: Holder, amount: str) -> service.Transfer:
    return await service.transfer(
        tx,
        debtor_account_id=payer.account.id,
        creditor_account_number=payee.account.number,
        creditor_name=payee.name,
        amount=cny(amount),
        initiated_by=payer.actor,
        without_step_up=True,
        at=AT,
    )


async def available(tx: WriteSession, holder: Holder) -> Money:
    return (await accounts.balance(tx, holder.account.id)).available


async def earned(tx: WriteSession, code: str, category: ledger.Category) -> Money:
    account = await ledger.internal_account(
        tx, code=code, asset="CNY", category=category, name="-", at=AT
    )
    found = await ledger.balances(tx, [account.id])
    return Money(found[account.id].posted, "CNY")


async def test_a_fee_is_booked_with_its_payment_or_neither_is(tx: WriteSession) -> None:
    payer = await new_holder(tx, "付款", money="20010.59")
    payee = await new_holder(tx, "收款")
    await service.set_fee(tx, TABLE, set_by=new_id(), at=AT)
    income = "payments.fees.CNY", ledger.Category.INCOME
    tax = "payments.vat.CNY", ledger.Category.LIABILITY
    before = await earned(tx, *income), await earned(tx, *tax)
    paid = await pay(tx, payer, payee, "10000.00")
    assert paid.refusal is None
    assert (await service.get(tx, paid.id)).fee_minor == paid.fee_minor == 530
    assert await available(tx, payer) == cny("10005.29")
    assert await available(tx, payee) == cny("10000.00")
    assert await earned(tx, *income) - before[0] == cny("5.00")
    assert await earned(tx, *tax) - before[1] == cny("0.30")
    refused = await pay(tx, payer, payee, "10000.00")  # the fee is a cent too much
    assert refused.refusal is not None
    assert refused.refusal.code == "ledger.insufficient_funds"
    assert (await service.get(tx, refused.id)).fee_minor == refused.fee_minor == 0
    assert await available(tx, payer) == cny("10005.29")
    assert (await pay(tx, payer, payee, "9999.99")).refusal is None  # free


async def test_each_payment_of_a_batch_has_its_own_fee(tx: WriteSession) -> None:
    payer = await new_holder(tx, "付款", money="25000.00")
    payee = await new_holder(tx, "收款")
    await service.set_fee(tx, TABLE, set_by=new_id(), at=AT)
    outcomes = await service.execute(
        tx,
        [
            service.NewTransfer(payer.account.id, payee.account.number, payee.name, cny(amount))
            for amount in ("10000.00", "1.00", "15000.00", "10000.00")
        ],
        initiated_by=payer.actor,
        without_step_up=True,
        at=AT,
    )
    fees = [each.fee_minor for each in outcomes if isinstance(each, service.Transfer)]
    assert fees == [530, 0, 0, 530]  # the third is more than there is
    assert await available(tx, payer) == cny("25000.00") - cny("20001.00") - cny("10.60")
    assert await available(tx, payee) == cny("20001.00")


async def test_the_version_of_the_moment_holds(tx: WriteSession) -> None:
    asked = [service.FeeAsked(FeeKind.BOOK_TRANSFER, cny("100.00"), "person")]

    async def fee(at: Any) -> tuple[Money, Money]:
        (quote,) = await service.quote_fees(tx, asked, at=at)
        return quote.total, quote.tax

    one = rule(band("0.00", "1.06"))
    assert await fee(AT) == (cny("0.00"), cny("0.00"))
    await service.set_fee(tx, one, set_by=new_id(), at=AT)
    await service.set_fee(tx, one, set_by=new_id(), at=AT + SECOND)  # the same: nothing new
    holding = await service.fee_rules(tx, at=AT + SECOND)
    assert [each for each in holding if each.kind is FeeKind.BOOK_TRANSFER] == [one]
    await service.set_fee(tx, rule(band("0.00", "2.12")), set_by=new_id(), at=AT + 2 * SECOND)
    await service.set_vat(tx, Rate.zero(), set_by=new_id(), at=AT + 3 * SECOND)
    assert await fee(AT + SECOND) == (cny("1.06"), cny("0.06"))
    assert await fee(AT + 2 * SECOND) == (cny("2.12"), cny("0.12"))
    assert await fee(AT + 3 * SECOND) == (cny("2.12"), cny("0.00"))
    with pytest.raises(FeeWrong):
        await service.set_vat(tx, Rate.percent("51"), set_by=new_id(), at=AT)
    other = [service.FeeAsked(FeeKind.BOOK_TRANSFER, Money.parse("1.00", "USD"), "person")]
    assert (await service.quote_fees(tx, other, at=AT + SECOND))[0].total.minor == 0


SHAPE = {
    "kind": "top_up",
    "currency": "CNY",
    "channel": "toll",  # which no other test has
    "party_kind": "person",
    "title_zh": "充值手续费",
    "title_en": "Top-up fee",
    "bands": [{"from_amount": "0.00", "flat": "1.06", "rate": "0"}],
}


async def test_fees_are_proposed_approved_and_shown_to_everybody(
    client: httpx2.AsyncClient,
    database: Database,
    customer: Customer,
    staff: Staff,
    problem: Problem,
) -> None:
    product, me = staff(Role.STAFF_PRODUCT), await customer("付款")
    async with database.write() as tx:
        account = await accounts.open_account(tx, party_id=me.party_id, currency="CNY", at=AT)
    body = {"rule": SHAPE, "reason": "收费目录"}
    held = await client.put(URL, json=body, headers=product.headers)
    assert held.status_code == 202, held.text
    denied = await client.put(URL, json=body, headers=me.headers)
    assert problem(denied) == (403, "auth.forbidden")
    gap = {**SHAPE, "bands": [{"from_amount": "1.00", "rate": "0"}]}
    wrong = await client.put(URL, json={"rule": gap, "reason": "x"}, headers=product.headers)
    assert problem(wrong) == (422, "payments.fee_wrong")
    high = await client.put(
        f"{URL}/vat", json={"rate": "0.6", "reason": "x"}, headers=product.headers
    )
    assert problem(high) == (422, "payments.fee_wrong")
    compliance = staff(Role.STAFF_COMPLIANCE)
    by = proposals.Approved(
        proposal_id=new_id(), maker=product.actor, approver=compliance.actor, digest="00"
    )
    async with database.write() as tx:
        payload = SET_FEE.payload.model_validate(body).model_dump_json()
        assert await SET_FEE.execute(tx, payload, by, AT) == URL
        rate = SET_VAT.payload.model_validate({"rate": "0.06", "reason": "税率"})
        assert await SET_VAT.execute(tx, rate.model_dump_json(), by, AT) == URL
    shown = (await client.get(URL)).json()  # nobody logs in for it
    assert [each["title_zh"] for each in shown["items"] if each["channel"] == "toll"] == [
        "充值手续费"
    ]
    asked = {
        "debtor_account_id": str(account.id),
        "kind": "top_up",
        "channel": "toll",
        "amount": {"amount": "100.00", "currency": "CNY"},
    }
    chinese = {**me.headers, "Accept-Language": "zh"}
    quote = (await client.post(f"{URL}/quotes", json=asked, headers=chinese)).json()
    assert (quote["fee"]["amount"], quote["tax"]["amount"]) == ("1.06", "0.06")
    # It is taken from what arrives.
    assert (quote["debited"]["amount"], quote["credited"]["amount"]) == ("100.00", "98.94")
    out = {**asked, "kind": "withdrawal", "channel": None}
    free = (await client.post(f"{URL}/quotes", json=out, headers=chinese)).json()
    assert (free["debited"]["amount"], free["fee"]["amount"]) == ("100.00", "0.00")
    assert quote["explanation"].startswith("充值手续费：每笔 CNY 1.06")
    assert [each["amount"]["amount"] for each in quote["lines"]] == ["1.00", "0.06"]
    other = await customer("别人")
    strange = await client.post(f"{URL}/quotes", json=asked, headers=other.headers)
    assert problem(strange) == (404, "accounts.unknown_account")
