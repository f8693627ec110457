"""Paying into a plan: by its holder, or collected at the end of a day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.runs import Progress
from tongbao.kernel.clock import business_date
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.deposits.domain.deposits import (
    Deposit,
    DepositState,
    Instalment,
    due_date,
)
from tongbao.products.deposits.domain.errors import (
    AccountNotUsable,
    NotDueYet,
    NotThisKind,
    PlanComplete,
    UnknownDeposit,
)
from tongbao.products.deposits.domain.products import Kind
from tongbao.products.deposits.events import InstalmentMissed, InstalmentPaid, PlanLapsed
from tongbao.products.deposits.models import DepositRow, InstalmentRow
from tongbao.products.deposits.service.booking import INSTALMENT
from tongbao.products.deposits.service.opening import MANAGE
from tongbao.products.deposits.service.rows import (
    deposit_of,
    deposits_of,
    locked,
    refresh,
    require_money,
)

PIECE_MAX: Final = 500
_FIRST: Final = UUID(int=0)


async def pay_instalment(
    tx: WriteSession, *, deposit_id: UUID, paid_by: Actor, at: datetime
) -> Deposit:
    """Pay the next instalment of a plan from its settlement account.

    From its due date on; one that was missed comes first. Raises `UnknownDeposit`,
    `auth.Forbidden`, `DepositEnded`, `NotThisKind`, `PlanComplete`, `NotDueYet`,
    `AccountNotUsable`, and what the ledger refuses.
    """
    row = await locked(tx, deposit_id)
    paid_by.check(MANAGE, party_id=row.party_id, unknown=UnknownDeposit())
    require_money(row)
    if row.kind != Kind.INSTALMENT:
        raise NotThisKind(kind=row.kind)
    on = business_date(at)
    deposit = await deposit_of(tx, row)
    if deposit.has_matured(on) or row.paid_count >= deposit.product.months:
        raise PlanComplete
    due_on = due_date(deposit.starts_on, row.paid_count)
    if due_on > on:
        raise NotDueYet(due_on=due_on.isoformat())
    account = await accounts.get(tx, row.account_id)
    if account.status is not accounts.DepositAccountStatus.OPEN:
        raise AccountNotUsable(currency=row.currency)
    events = _lapse(row, on)
    paid = _instalment(row, deposit, row.paid_count, on)
    transaction = _transaction(row, paid, account.ledger_account_id, on)
    (result,) = await ledger.post(tx, [transaction], at=at)
    result.raise_for_refusal()
    events += await _keep(tx, [(row, paid, transaction)])
    await outbox.append(tx, events, at=at)
    return await deposit_of(tx, row)


async def collect(
    tx: WriteSession, *, day: date, cursor: str | None, at: datetime, most: int = PIECE_MAX
) -> Progress:
    """Collect, on the morning after `day`, what is due by then from a piece of the plans.

    What was missed is tried again each morning, the oldest first, until it is made up or the plan
    lapses. Of an instalment that is unpaid when its due date is over, the holder is told.
    """
    morning = day + timedelta(days=1)
    rows = await _piece(tx, morning, UUID(cursor) if cursor else _FIRST, most)
    events: list[Event] = []
    for row in rows:
        events += _lapse(row, morning)
    running = [row for row in rows if row.lapsed_on is None]
    if running:
        events += await _collect(tx, running, day, at=at)
    await tx.flush()
    if events:
        await outbox.append(tx, events, at=at)
    return Progress(items=len(rows), cursor=str(rows[-1].id) if len(rows) == most else None)


async def _piece(tx: WriteSession, morning: date, after: UUID, most: int) -> Sequence[DepositRow]:
    """Lock the next plans, by id, of which something is due or that lapse."""
    rows = await tx.scalars(
        select(DepositRow)
        .where(
            DepositRow.state == DepositState.OPEN.value,
            DepositRow.next_due_on <= morning,
            DepositRow.matures_on > morning,
            DepositRow.id > after,
        )
        .order_by(DepositRow.id)
        .limit(most)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


def _lapse(row: DepositRow, on: date) -> list[Event]:
    """Let a plan lapse whose missed instalment was not made up in time."""
    if row.lapses_on is None or on < row.lapses_on:
        return []
    row.lapsed_on, row.lapses_on, row.next_due_on = row.lapses_on, None, None
    return [
        PlanLapsed(
            deposit_id=row.id,
            party_id=row.party_id,
            product=row.product,
            paid_count=row.paid_count,
            lapsed_on=row.lapsed_on,
        )
    ]


async def _collect(
    tx: WriteSession, rows: Sequence[DepositRow], day: date, *, at: datetime
) -> list[Event]:
    morning = day + timedelta(days=1)
    to = await accounts.ledger_accounts(tx, {row.account_id for row in rows})
    wanted: list[tuple[DepositRow, Instalment, ledger.NewTransaction]] = []
    for row, deposit in zip(rows, await deposits_of(tx, rows), strict=True):
        for number in range(row.paid_count, deposit.product.months):
            if due_date(row.starts_on, number) > morning:
                break
            paid = _instalment(row, deposit, number, morning)
            wanted.append((row, paid, _transaction(row, paid, to[row.account_id], morning)))
    results = await ledger.post(tx, [each for _, _, each in wanted], at=at)
    refused: set[UUID] = set()
    collected = []
    for (row, paid, transaction), result in zip(wanted, results, strict=True):
        # Instalments of one amount from one account: once one is refused, so are the later ones.
        assert (row.id in refused) <= (result.error is not None), "a later one went through"
        if result.error is not None:
            refused.add(row.id)
        else:
            collected.append((row, paid, transaction))
    events = await _keep(tx, collected)
    paid_now = {(row.id, paid.number) for row, paid, _ in collected}
    for row, paid, _ in wanted:
        if paid.due_on == day and (row.id, paid.number) not in paid_now:
            events.append(_missed(row, paid))
    return events


async def _keep(
    tx: WriteSession, paid: Sequence[tuple[DepositRow, Instalment, ledger.NewTransaction]]
) -> list[Event]:
    """Store instalments that were booked, bring their rows up to date; return what is told."""
    if not paid:
        return []
    values: list[dict[str, Any]] = []
    events: list[Event] = []
    for row, one, transaction in paid:
        row.principal_minor += one.amount.minor
        values.append(
            {
                "deposit_id": row.id,
                "number": one.number,
                "due_on": one.due_on,
                "paid_on": one.paid_on,
                "amount_minor": one.amount.minor,
                "late": one.late,
                "transaction_id": transaction.id,
            }
        )
        events.append(
            InstalmentPaid(
                deposit_id=row.id,
                party_id=row.party_id,
                product=row.product,
                number=one.number,
                amount=one.amount,
                due_on=one.due_on,
                late=one.late,
                transaction_id=transaction.id,
            )
        )
    await tx.flush()
    await tx.execute(insert(InstalmentRow), values)
    rows = list({row.id: row for row, _, _ in paid}.values())
    for row, deposit in zip(rows, await deposits_of(tx, rows), strict=True):
        refresh(row, deposit)
    await tx.flush()
    return events


def _instalment(row: DepositRow, deposit: Deposit, number: int, on: date) -> Instalment:
    assert row.instalment_minor is not None, "a plan has an instalment"
    return Instalment(
        number=number,
        due_on=due_date(deposit.starts_on, number),
        paid_on=on,
        amount=Money(row.instalment_minor, row.currency),
        late=row.lapsed_on is not None,
    )


def _transaction(
    row: DepositRow, paid: Instalment, debtor: ledger.AccountId, on: date
) -> ledger.NewTransaction:
    return ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=INSTALMENT,
        postings=(
            ledger.NewPosting(
                debit=debtor,
                credit=ledger.AccountId(row.ledger_account_id),
                amount=paid.amount,
            ),
        ),
        effective_on=on,
        reference=row.number,
        metadata={"deposit_id": str(row.id), "instalment": str(paid.number)},
        correlation_id=row.id,
    )


def _missed(row: DepositRow, missed: Instalment) -> InstalmentMissed:
    last_day = due_date(row.starts_on, missed.number + 2) - timedelta(days=1)
    assert row.matures_on is not None, "a plan has a maturity"
    return InstalmentMissed(
        deposit_id=row.id,
        party_id=row.party_id,
        product=row.product,
        number=missed.number,
        amount=missed.amount,
        due_on=missed.due_on,
        make_up_by=min(last_day, row.matures_on - timedelta(days=1)),
    )
