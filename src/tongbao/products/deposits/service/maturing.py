"""The end of a day for terms that are over: paid out, renewed, or left to their holders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, or_, select

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.infra.runs import Progress
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.days import add_months
from tongbao.products.deposits.domain.deposits import (
    MATURITY_NEAR_DAYS,
    Deposit,
    DepositState,
    NoticeState,
)
from tongbao.products.deposits.domain.products import Instruction
from tongbao.products.deposits.domain.settling import CALENDAR, Rates, Settlement, settle
from tongbao.products.deposits.events import (
    DepositMatured,
    DepositPaidOut,
    DepositRenewed,
    MaturityNear,
    NoticeFallsDue,
)
from tongbao.products.deposits.models import DepositRow, NoticeRow
from tongbao.products.deposits.service.booking import (
    InterestAccounts,
    interest_accounts,
    keep_payouts,
    payout_transaction,
    payout_values,
)
from tongbao.products.deposits.service.demand import demand_tiers
from tongbao.products.deposits.service.missed import note_missed
from tongbao.products.deposits.service.rates import rates_on
from tongbao.products.deposits.service.rows import deposits_of, refresh

PIECE_MAX: Final = 500
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class _Due:
    """A term that is over, what is to be done with it, and the booking that does it."""

    row: DepositRow
    deposit: Deposit
    settlement: Settlement
    renewed_at: Rate | None
    transaction: ledger.NewTransaction | None
    reason: str | None = None
    """Why it is left to its holder; None: it is not."""


async def mature(
    tx: WriteSession, *, day: date, cursor: str | None, at: datetime, most: int = PIECE_MAX
) -> Progress:
    """Do what is due on the morning after `day`, for a piece of the deposits.

    Terms that end then are renewed or left to their holders; those to be paid out are paid on the
    first business day from then on, with the days between. Holders are told of what is near.
    Notices whose day has passed are missed.
    """
    morning = day + timedelta(days=1)
    rows = await _piece(tx, morning, UUID(cursor) if cursor else _FIRST, most)
    events: list[Event] = await note_missed(tx, rows, on=morning)
    by_id: dict[UUID, Deposit] = {each.id: each for each in await deposits_of(tx, rows)}
    due = [row for row in rows if by_id[row.id].has_matured(morning)]
    events += _near([by_id[row.id] for row in rows], morning)
    events += await _end_terms(tx, due, by_id, morning, at=at)
    if events:
        await outbox.append(tx, events, at=at)
    return Progress(items=len(rows), cursor=str(rows[-1].id) if len(rows) == most else None)


async def _piece(tx: WriteSession, morning: date, after: UUID, most: int) -> Sequence[DepositRow]:
    """Lock the next deposits, by id, that something happens to."""
    over = DepositRow.matures_on <= morning
    if not CALENDAR.is_business_day(morning):
        over &= DepositRow.instruction != Instruction.PAY_OUT.value
    near = DepositRow.matures_on == morning + timedelta(days=MATURITY_NEAR_DAYS)
    announced = DepositRow.id.in_(
        select(NoticeRow.deposit_id).where(
            NoticeRow.state == NoticeState.OPEN.value,
            NoticeRow.draws_on <= morning + timedelta(days=1),
        )
    )
    rows = await tx.scalars(
        select(DepositRow)
        .where(
            DepositRow.state == DepositState.OPEN.value,
            DepositRow.id > after,
            or_(over, near, announced),
        )
        .order_by(DepositRow.id)
        .limit(most)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


def _near(deposits: Sequence[Deposit], morning: date) -> list[Event]:
    """Return what is told of terms that end soon and withdrawals that are due tomorrow."""
    events: list[Event] = []
    tomorrow = morning + timedelta(days=1)
    for each in deposits:
        facts = {"deposit_id": each.id, "party_id": each.party_id, "product": each.product.code}
        if each.matures_on == morning + timedelta(days=MATURITY_NEAR_DAYS):
            events.append(
                MaturityNear.model_validate(
                    {
                        **facts,
                        "principal": each.principal,
                        "matures_on": each.matures_on,
                        "instruction": each.instruction.value,
                    }
                )
            )
        notice = each.open_notice
        if notice is not None and notice.draws_on == tomorrow:
            events.append(
                NoticeFallsDue.model_validate(
                    {
                        **facts,
                        "notice_id": notice.id,
                        "amount": notice.amount,
                        "draws_on": notice.draws_on,
                    }
                )
            )
    return events


async def _end_terms(
    tx: WriteSession,
    rows: Sequence[DepositRow],
    by_id: dict[UUID, Deposit],
    morning: date,
    *,
    at: datetime,
) -> list[Event]:
    if not rows:
        return []
    bank = await interest_accounts(tx, {(row.product, row.currency) for row in rows}, at=at)
    demand = {
        currency: Rates(await demand_tiers(tx, currency=currency, on=morning))
        for currency in {row.currency for row in rows}
    }
    posted = {day: await rates_on(tx, on=day) for day in {row.matures_on for row in rows} if day}
    to = await accounts.ledger_accounts(tx, {row.account_id for row in rows})
    due = []
    for row in rows:
        deposit = by_id[row.id]
        assert deposit.matures_on is not None, "it was chosen by it"
        rate = posted[deposit.matures_on].get((row.product, row.currency))
        due.append(
            _plan(
                row,
                deposit,
                morning,
                bank=bank[row.product, row.currency],
                rates=demand[row.currency],
                renewed_at=rate if deposit.instruction.renews else None,
                to=to[row.account_id],
            )
        )
    due = await _booked(tx, due, at=at)
    return await _store(tx, due, morning, at=at)


def _plan(
    row: DepositRow,
    deposit: Deposit,
    morning: date,
    *,
    bank: InterestAccounts,
    rates: Rates,
    renewed_at: Rate | None,
    to: ledger.AccountId,
) -> _Due:
    """Work out what is to be booked for one deposit."""
    matures_on, instruction = deposit.matures_on, deposit.instruction
    assert matures_on is not None, "it was chosen by it"
    if instruction.renews:
        settlement = settle(deposit, deposit.principal, on=matures_on, rates=rates)
        if renewed_at is None:
            return _Due(row, deposit, settlement, None, None, reason="not_offered")
        whole = instruction is Instruction.RENEW_ALL
        own = ledger.AccountId(deposit.ledger_account_id)
        transaction = payout_transaction(
            deposit,
            settlement,
            bank=bank,
            principal_to=None,
            interest_to=own if whole else to,
            effective_on=matures_on,
        )
        return _Due(row, deposit, settlement, renewed_at, transaction)
    settlement = settle(deposit, deposit.principal, on=morning, rates=rates)
    if instruction is Instruction.HOLD:
        return _Due(row, deposit, settlement, None, None, reason="held")
    transaction = payout_transaction(
        deposit, settlement, bank=bank, principal_to=to, interest_to=to, effective_on=morning
    )
    return _Due(row, deposit, settlement, None, transaction)


async def _booked(tx: WriteSession, due: list[_Due], *, at: datetime) -> list[_Due]:
    """Book what is to be booked; what the ledger refuses is left to its holder."""
    transactions = [each.transaction for each in due if each.transaction is not None]
    if not transactions:
        return due
    results = {each.transaction_id: each for each in await ledger.post(tx, transactions, at=at)}
    return [
        replace(each, transaction=None, reason="account_refused")
        if each.transaction is not None and results[each.transaction.id].error is not None
        else each
        for each in due
    ]


async def _store(
    tx: WriteSession, due: Sequence[_Due], morning: date, *, at: datetime
) -> list[Event]:
    """Bring the rows up to date and return what is to be told."""
    events: list[Event] = []
    payouts: list[dict[str, Any]] = []
    renewed: list[dict[str, Any]] = []
    for each in due:
        row, deposit, settlement = each.row, each.deposit, each.settlement
        facts = {"deposit_id": row.id, "party_id": row.party_id, "product": row.product}
        if each.reason is not None:
            row.state, row.next_due_on, row.lapses_on = DepositState.MATURED.value, None, None
            events.append(
                DepositMatured.model_validate(
                    {
                        **facts,
                        "principal": deposit.principal,
                        "matures_on": deposit.matures_on,
                        "reason": each.reason,
                    }
                )
            )
            continue
        transaction_id = None if each.transaction is None else each.transaction.id
        values = payout_values(
            deposit,
            settlement,
            reason="matured" if each.renewed_at is None else "renewed",
            on=morning if each.renewed_at is None else deposit.matures_on or morning,
            transaction_id=transaction_id,
            by=None,
            at=at,
        )
        payouts.append(values)
        row.principal_minor = row.accrued_minor = 0
        row.ended_on = values["paid_on"]
        row.state = (
            DepositState.PAID_OUT if each.renewed_at is None else DepositState.RENEWED
        ).value
        refresh(row, deposit)
        if each.renewed_at is None:
            events.append(
                DepositPaidOut.model_validate(
                    {
                        **facts,
                        "principal": settlement.principal,
                        "interest": settlement.interest,
                        "transaction_id": transaction_id,
                    }
                )
            )
        else:
            next_term = _next_term(each, at=at)
            renewed.append(next_term)
            events.append(_renewed(each, next_term))
    await tx.flush()
    await keep_payouts(tx, payouts)
    if renewed:
        await tx.execute(insert(DepositRow), renewed)
    return events


def _next_term(due: _Due, *, at: datetime) -> dict[str, Any]:
    """Return the row of the next term: from the day of maturity on, at the rate of that day."""
    row, rate = due.row, due.renewed_at
    assert rate is not None and row.matures_on is not None, "it is renewed"  # noqa: PT018
    all_of_it = due.deposit.instruction is Instruction.RENEW_ALL
    principal = due.settlement.total if all_of_it else due.settlement.principal
    copied = {column.name: getattr(row, column.name) for column in DepositRow.__table__.columns}
    fresh = DepositRow(**copied)
    fresh.id = new_id()
    fresh.sequence = row.sequence + 1
    fresh.state = DepositState.OPEN.value
    fresh.principal_minor = fresh.opening_minor = principal.minor
    fresh.annual_rate_trillionths = rate.trillionths
    fresh.starts_on = row.matures_on
    fresh.matures_on = add_months(row.matures_on, due.deposit.product.months)
    fresh.product_version = due.deposit.product.version
    fresh.part_broken = False
    fresh.accrued_minor = 0
    fresh.accrued_through = row.matures_on - timedelta(days=1)
    fresh.renewed_from = row.id
    fresh.opened_at = at
    fresh.ended_on = None
    deposit = replace(
        due.deposit,
        principal=principal,
        annual_rate=rate,
        starts_on=fresh.starts_on,
        matures_on=fresh.matures_on,
    )
    refresh(fresh, deposit)
    return {column.name: getattr(fresh, column.name) for column in DepositRow.__table__.columns}


def _renewed(due: _Due, next_term: dict[str, Any]) -> DepositRenewed:
    row = due.row
    return DepositRenewed(
        deposit_id=row.id,
        party_id=row.party_id,
        product=row.product,
        renewed_as=next_term["id"],
        principal=Money(next_term["principal_minor"], row.currency),
        interest=due.settlement.interest,
        annual_rate=Rate(next_term["annual_rate_trillionths"]),
        starts_on=next_term["starts_on"],
        matures_on=next_term["matures_on"],
    )
