"""Agreeing to a mandate, pausing, resuming and ending it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.bills.domain.mandates import (
    MANDATE_ARROWS,
    DueBill,
    DueOutcome,
    Mandate,
    MandateChange,
    MandateExists,
    MandateId,
    MandateNotPossible,
    MandateState,
    UnknownMandate,
    first_look,
    to_confirm,
)
from tongbao.products.bills.events import MandateMade, MandateStopped
from tongbao.products.bills.models import (
    RUNNING,
    DueBillRow,
    MandateChangeRow,
    MandateRow,
    SavedBillRow,
)
from tongbao.products.bills.service.directory import biller as find_biller
from tongbao.products.bills.service.paying import payee
from tongbao.products.bills.service.rows import INITIATE
from tongbao.products.bills.service.saving import own

BY_CUSTOMER = "customer"
_RUNS = Text(zh="有签约代扣从该账户支付", en="a bill mandate pays from it")


async def make_mandate(
    tx: WriteSession,
    *,
    saved_id: UUID,
    debtor_account_id: UUID,
    maximum: Money,
    month_day: int | None,
    made_by: Actor,
    step_up_token: str | None,
    at: datetime,
) -> Mandate:
    """Agree that a saved number's bills are paid, each up to `maximum`, once confirmed.

    Who agrees must be able to pay so much alone; the step-up confirms the biller as a payee. Raises
    `UnknownSavedBill`, `auth.Forbidden`, `accounts.UnknownAccount`, `UnknownBiller`,
    `BillerNotPayable`, `payments.AmountNotPositive`, `payments.ApprovalNeeded`, `MandateExists`,
    `identity.StepUpRequired`.
    """
    saved = await own(tx, saved_id, made_by, lock=True)
    debtor = await accounts.get(tx, debtor_account_id)
    payments.check_may_initiate(debtor, made_by)
    if debtor.party_id != saved.party_id:
        raise accounts.UnknownAccount(account=debtor_account_id)
    biller = await find_biller(tx, saved.biller)
    account, _ = await payee(tx, biller)
    payments.check_amount(maximum)
    able = await payments.alone(
        tx, party_id=debtor.party_id, currency=maximum.currency, actor=made_by, at=at
    )
    if able.per_payment is not None and maximum > able.per_payment:
        raise payments.ApprovalNeeded
    action = to_confirm(
        biller=biller.name.zh,
        customer_number=saved.shown,
        debtor_account_number=debtor.number,
        maximum=maximum,
        day=month_day,
    )
    await identity.spend_step_up(tx, token=step_up_token, action=action, actor=made_by, at=at)
    row = await _store(tx, saved, debtor, maximum, month_day, made_by=made_by, at=at)
    await payments.confirm_payee(
        tx,
        party_id=debtor.party_id,
        account_number=account.number,
        confirmed_by=made_by.id,
        at=at,
    )
    told = MandateMade(
        mandate_id=row.id, party_id=row.party_id, biller=saved.biller, maximum=maximum
    )
    await outbox.append(tx, [told], at=at)
    return mandate_of(row)


async def pause_mandate(
    tx: WriteSession, mandate_id: UUID, *, actor: Actor, at: datetime
) -> Mandate:
    """Pay nothing until it is resumed. Raises `UnknownMandate`, `MandateNotPossible`."""
    row = await _owned(tx, mandate_id, actor)
    await change(tx, row, MandateState.PAUSED, by=actor.id, why=BY_CUSTOMER, at=at)
    return mandate_of(row)


async def resume_mandate(
    tx: WriteSession, mandate_id: UUID, *, actor: Actor, at: datetime
) -> Mandate:
    """Go on as if agreed today. Raises `UnknownMandate`, `auth.Forbidden`, `MandateNotPossible`."""
    row = await _owned(tx, mandate_id, actor)
    look = first_look(row.month_day, business_date(at))
    await change(tx, row, MandateState.ACTIVE, by=actor.id, why=BY_CUSTOMER, at=at, look_on=look)
    return mandate_of(row)


async def end_mandate(tx: WriteSession, mandate_id: UUID, *, actor: Actor, at: datetime) -> Mandate:
    """End it for good. Raises `UnknownMandate`, `auth.Forbidden`, `MandateNotPossible`."""
    row = await _owned(tx, mandate_id, actor)
    await change(tx, row, MandateState.ENDED, by=actor.id, why=BY_CUSTOMER, at=at)
    return mandate_of(row)


async def change(
    tx: WriteSession,
    row: MandateRow,
    to: MandateState,
    *,
    by: UUID | None,
    why: str,
    at: datetime,
    look_on: date | None = None,
) -> None:
    """Take an arrow of a locked mandate. Raises `MandateNotPossible`."""
    before = MandateState(row.state)
    if to not in MANDATE_ARROWS[before]:
        raise MandateNotPossible(state=row.state)
    number = row.arrows + 1
    await tx.execute(
        update(MandateRow)
        .where(MandateRow.id == row.id)
        .values(state=to.value, arrows=number, next_look_on=look_on)
        .execution_options(synchronize_session=False)
    )
    await tx.execute(
        insert(MandateChangeRow).values(
            mandate_id=row.id,
            number=number,
            before=before.value,
            after=to.value,
            taken_at=at,
            taken_by=by,
            why=why,
        )
    )
    await tx.refresh(row)
    if to is not MandateState.ACTIVE:
        saved = await tx.get_one(SavedBillRow, row.saved_id)
        told = MandateStopped(
            mandate_id=row.id, party_id=row.party_id, biller=saved.biller, state=to.value, why=why
        )
        await outbox.append(tx, [told], at=at)


async def mandate(
    tx: ReadSession, mandate_id: UUID, *, visible_to: frozenset[UUID] | None
) -> Mandate:
    """Return a mandate of one of these parties (None: of any). Raises `UnknownMandate`."""
    row = await tx.scalar(
        select(MandateRow)
        .where(MandateRow.id == mandate_id)
        .execution_options(populate_existing=True)
    )
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownMandate
    return mandate_of(row)


async def mandates(tx: ReadSession, party_id: UUID) -> list[Mandate]:
    """Return the latest mandates of a party, whatever became of them, the newest first."""
    rows = await tx.scalars(
        select(MandateRow)
        .where(MandateRow.party_id == party_id)
        .order_by(MandateRow.id.desc())
        .limit(200)
        .execution_options(populate_existing=True)
    )
    return [mandate_of(row) for row in rows]


async def mandate_changes(tx: ReadSession, mandate_id: UUID) -> list[MandateChange]:
    """Return who changed a mandate, the first change first."""
    rows = await tx.scalars(
        select(MandateChangeRow)
        .where(MandateChangeRow.mandate_id == mandate_id)
        .order_by(MandateChangeRow.number)
        .limit(1_000)
    )
    return [
        MandateChange(
            before=None if row.before is None else MandateState(row.before),
            after=MandateState(row.after),
            at=row.taken_at,
            by=row.taken_by,
            why=row.why,
        )
        for row in rows
    ]


async def due_bills(tx: ReadSession, mandate_id: UUID) -> list[DueBill]:
    """Return what became of a mandate's bills, those seen last first."""
    rows = await tx.scalars(
        select(DueBillRow)
        .where(DueBillRow.mandate_id == mandate_id)
        .order_by(DueBillRow.seen_at.desc(), DueBillRow.reference)
        .limit(200)
        .execution_options(populate_existing=True)
    )
    return [
        DueBill(
            mandate_id=row.mandate_id,
            reference=row.reference,
            period=row.period,
            amount=Money(row.amount_minor, row.currency),
            due_on=row.due_on,
            outcome=DueOutcome(row.outcome),
            attempts=row.attempts,
            retry_on=row.retry_on,
            bill_payment_id=row.bill_payment_id,
            reason_code=row.reason_code,
        )
        for row in rows
    ]


async def over_account(tx: ReadSession, account_id: UUID) -> Text | None:
    """Return what keeps an account open for its mandates' sake, if anything does."""
    found = await tx.scalar(
        select(MandateRow.id)
        .where(MandateRow.debtor_account_id == account_id, MandateRow.state != "ended")
        .limit(1)
    )
    return None if found is None else _RUNS


async def _owned(tx: WriteSession, mandate_id: UUID, actor: Actor) -> MandateRow:
    row = await tx.scalar(
        select(MandateRow)
        .where(MandateRow.id == mandate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownMandate
    actor.check(INITIATE, party_id=row.party_id, unknown=UnknownMandate())
    return row


async def _store(
    tx: WriteSession,
    saved: SavedBillRow,
    debtor: accounts.DepositAccount,
    maximum: Money,
    month_day: int | None,
    *,
    made_by: Actor,
    at: datetime,
) -> MandateRow:
    mandate_id = await tx.scalar(
        upsert(MandateRow)
        .values(
            id=new_id(),
            party_id=saved.party_id,
            saved_id=saved.id,
            debtor_account_id=debtor.id,
            maximum_minor=maximum.minor,
            currency=maximum.currency,
            month_day=month_day,
            state=MandateState.ACTIVE.value,
            arrows=1,
            next_look_on=first_look(month_day, business_date(at)),
            made_by=made_by.id,
            made_at=at,
        )
        .on_conflict_do_nothing(index_elements=["saved_id"], index_where=RUNNING)
        .returning(MandateRow.id)
    )
    if mandate_id is None:
        raise MandateExists
    await tx.execute(
        insert(MandateChangeRow).values(
            mandate_id=mandate_id,
            number=1,
            after=MandateState.ACTIVE.value,
            taken_at=at,
            taken_by=made_by.id,
            why=BY_CUSTOMER,
        )
    )
    return await tx.get_one(MandateRow, mandate_id)


def mandate_of(row: MandateRow) -> Mandate:
    """Return the mandate of a row."""
    return Mandate(
        id=MandateId(row.id),
        party_id=row.party_id,
        saved_id=row.saved_id,
        debtor_account_id=row.debtor_account_id,
        maximum=Money(row.maximum_minor, row.currency),
        month_day=row.month_day,
        state=MandateState(row.state),
        next_look_on=row.next_look_on,
        made_by=row.made_by,
        made_at=row.made_at,
    )
