"""Fees and the tax in them: the tables that hold, what payments cost by them, and booking it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import CounterpartyKind, Operation
from tongbao.core.ledger import service as ledger
from tongbao.core.payments.domain import Kind, PaymentOrder
from tongbao.core.payments.domain.fees import (
    VAT_MAX,
    FeeBand,
    FeeKind,
    FeeQuote,
    FeeRule,
    FeeWrong,
    narrowest,
    quote_of,
)
from tongbao.core.payments.models import FeeRow, VatRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

STANDARD_VAT: Final = Rate.percent("6")
"""Of financial services, until another rate is set."""
_EARNED: Final = (
    ("fees", ledger.Category.INCOME, "支付手续费收入"),
    ("vat", ledger.Category.LIABILITY, "应交增值税"),
)
"""Where the two parts of a fee are booked."""
_OVER_CHANNELS: Final = {
    FeeKind.CREDIT_TRANSFER: (Operation.PAY_OUT, CounterpartyKind.BANK_ACCOUNT),
    FeeKind.WITHDRAWAL: (Operation.PAY_OUT, CounterpartyKind.CARD),
    FeeKind.TOP_UP: (Operation.COLLECT, CounterpartyKind.CARD),
}
_CHARGED: Final = {
    Kind.CREDIT_TRANSFER: FeeKind.CREDIT_TRANSFER,
    Kind.WITHDRAWAL: FeeKind.WITHDRAWAL,
    Kind.TOP_UP: FeeKind.TOP_UP,
}


@dataclass(frozen=True, slots=True)
class FeeAsked:
    """A payment whose fee is asked for."""

    kind: FeeKind
    amount: Money
    party_kind: str
    channel: str | None = None


async def fee_rules(tx: ReadSession, *, at: datetime) -> list[FeeRule]:
    """Return the rules that hold at a moment."""
    return [_rule(row) for row in await tx.scalars(_holding(at).order_by(FeeRow.id))]


async def vat(tx: ReadSession, *, at: datetime) -> Rate:
    """Return the rate of value-added tax at a moment."""
    newest = select(VatRow.rate_trillionths).where(VatRow.valid_from <= at)
    found = await tx.scalar(newest.order_by(VatRow.valid_from.desc()).limit(1))
    return STANDARD_VAT if found is None else Rate(found)


async def quote_fees(tx: ReadSession, asked: Sequence[FeeAsked], *, at: datetime) -> list[FeeQuote]:
    """Return what payments cost, in their order; the tables are read once for all of them."""
    kinds = {(each.kind.value, each.amount.currency) for each in asked}
    wanted = _holding(at).where(tuple_(FeeRow.kind, FeeRow.currency).in_(kinds))
    rules = [_rule(row) for row in await tx.scalars(wanted)]
    rate = await vat(tx, at=at) if rules else STANDARD_VAT
    quotes = []
    for each in asked:
        fitting = [
            rule
            for rule in rules
            if (rule.kind, rule.currency) == (each.kind, each.amount.currency)
        ]
        rule = narrowest(fitting, channel=each.channel, party_kind=each.party_kind)
        quotes.append(quote_of(rule, each.amount, vat=rate))
    return quotes


async def quote_fee(tx: ReadSession, asked: FeeAsked, *, at: datetime) -> FeeQuote:
    """Return what an intended payment costs, on the channel that it would go by now."""
    if asked.channel is None and asked.kind in _OVER_CHANNELS:
        operation, counterparty = _OVER_CHANNELS[asked.kind]
        route = await channels.preview(
            tx, operation=operation, amount=asked.amount, counterparty_kind=counterparty, at=at
        )
        asked = replace(asked, channel=next(iter(route.channels), None))
    (quote,) = await quote_fees(tx, [asked], at=at)
    return quote


async def fee_of(
    tx: ReadSession, order: PaymentOrder, *, party_kind: str, channel: str, at: datetime
) -> FeeQuote:
    """Return what an order costs that is about to be reserved for a channel.

    It stays so, whatever channel carries it in the end: that is what was quoted.
    """
    asked = FeeAsked(_CHARGED[order.kind], order.amount, party_kind, channel)
    (quote,) = await quote_fees(tx, [asked], at=at)
    return quote


async def fee_postings(
    tx: WriteSession, fees: Sequence[tuple[FeeQuote, ledger.AccountId]], *, at: datetime
) -> list[tuple[ledger.NewPosting, ...]]:
    """Return what fees add to payments' transactions: what the bank earns, and the tax owed.

    `fees` have who pays each; the bank's accounts are looked up once for all of them.
    """
    accounts: dict[str, ledger.AccountId] = {}
    postings = []
    for quote, payer in fees:
        currency = quote.amount.currency
        added = []
        for amount, (kind, category, name) in zip((quote.net, quote.tax), _EARNED, strict=True):
            if not amount.minor:
                continue
            code = f"payments.{kind}.{currency}"
            if code not in accounts:
                account = await ledger.internal_account(
                    tx, code=code, asset=currency, category=category, name=name, at=at
                )
                accounts[code] = account.id
            added.append(ledger.NewPosting(debit=payer, credit=accounts[code], amount=amount))
        postings.append(tuple(added))
    return postings


async def set_fee(tx: WriteSession, rule: FeeRule, *, set_by: UUID, at: datetime) -> None:
    """Let a rule hold from now on, in place of the one for the same payments.

    The same again changes nothing.
    """
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("payments_fee"))))
    before = await tx.scalar(
        select(FeeRow)
        .where(
            FeeRow.kind == rule.kind.value,
            FeeRow.currency == rule.currency,
            FeeRow.channel.is_not_distinct_from(rule.channel),
            FeeRow.party_kind.is_not_distinct_from(rule.party_kind),
            FeeRow.valid_until.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    if before is not None:
        if _rule(before) == rule:
            return
        before.valid_until = at
        await tx.flush()
    tx.add(
        FeeRow(
            id=new_id(),
            kind=rule.kind.value,
            currency=rule.currency,
            channel=rule.channel,
            party_kind=rule.party_kind,
            title_zh=rule.title.zh,
            title_en=rule.title.en,
            bands=[_stored(each) for each in rule.bands],
            valid_from=at,
            set_by=set_by,
        )
    )
    await tx.flush()


async def set_vat(tx: WriteSession, rate: Rate, *, set_by: UUID, at: datetime) -> None:
    """Let a rate of value-added tax hold from now on. Raises `FeeWrong`."""
    check_vat(rate)
    values = {"rate_trillionths": rate.trillionths, "set_by": set_by}
    await tx.execute(
        insert(VatRow)
        .values(valid_from=at, **values)
        .on_conflict_do_update(index_elements=["valid_from"], set_=values)
    )


def check_vat(rate: Rate) -> None:
    """Raise `FeeWrong` for a rate of tax that cannot be one."""
    if not Rate.zero() <= rate <= VAT_MAX:
        raise FeeWrong(field="rate")


def _holding(at: datetime) -> Select[FeeRow]:
    still = FeeRow.valid_until.is_(None) | (FeeRow.valid_until > at)
    return select(FeeRow).where(FeeRow.valid_from <= at, still)


def _stored(band: FeeBand) -> list[int | None]:
    return [
        band.from_.minor,
        band.flat.minor,
        band.rate.trillionths,
        None if band.least is None else band.least.minor,
        None if band.most is None else band.most.minor,
    ]


def _rule(row: FeeRow) -> FeeRule:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return FeeRule(
        kind=FeeKind(row.kind),
        currency=row.currency,
        channel=row.channel,
        party_kind=row.party_kind,
        title=Text(zh=row.title_zh, en=row.title_en),
        bands=tuple(
            FeeBand(
                from_=Money(from_ or 0, row.currency),
                flat=Money(flat or 0, row.currency),
                rate=Rate(rate or 0),
                least=money(least),
                most=money(most),
            )
            for from_, flat, rate, least, most in row.bands
        ),
    )
