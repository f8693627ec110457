"""Ordering payments to come, pausing, resuming and cancelling them."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func, select, update

from tongbao.core.accounts import service as accounts
from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Approved
from tongbao.kernel.clock import business_date, midnight
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text
from tongbao.products.standing.domain.orders import (
    APPROVE,
    CREATE,
    ORDERS_MAX,
    RETRIES,
    RETRIES_MAX,
    NotPossible,
    OrderState,
    PayeeDiffers,
    StandingOrder,
    TooEarly,
    TooManyOrders,
    to_confirm,
)
from tongbao.products.standing.domain.schedule import CALENDAR, HolidayRule, Schedule, ScheduleUnit
from tongbao.products.standing.events import OrderMade, OrderStopped
from tongbao.products.standing.models import OccurrenceRow, OrderRow
from tongbao.products.standing.service.rows import (
    locked,
    order_of,
    schedule_of,
)

BY_CUSTOMER: Final = "customer"


class WantedOrder(BaseModel):
    """A standing order as its maker wants it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    debtor_account_id: UUID
    creditor_account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]
    creditor_name: Annotated[str, StringConstraints(strip_whitespace=True)]
    amount: MoneyField
    remittance: str | None = None
    first_on: IsoDate
    unit: ScheduleUnit = ScheduleUnit.MONTH
    every: int = 1
    month_day: int | None = None
    holidays: HolidayRule = HolidayRule.AS_IS
    last_on: IsoDate | None = None
    count: int | None = None
    retries: Annotated[int, Field(ge=0, le=RETRIES_MAX)] = RETRIES

    @property
    def schedule(self) -> Schedule:
        """Return its days. Raises `ScheduleWrong`."""
        return Schedule(
            first_on=self.first_on,
            unit=self.unit,
            every=self.every,
            month_day=self.month_day,
            holidays=self.holidays,
            last_on=self.last_on,
            count=self.count,
        )


async def _confirmed(tx: ReadSession, wanted: WantedOrder, by: Approved) -> identity.Action:
    """Return what a second person confirms: exactly this proposal."""
    debtor = await accounts.get(tx, wanted.debtor_account_id)
    return _action(
        APPROVE, wanted, debtor, proposal_id=str(by.proposal_id), proposal_digest=by.digest
    )


ORDER: Final = payments.SignOff(
    name="standing.order",
    title=Text(zh="定期付款", en="Standing order"),
    payload=WantedOrder,
    confirmed=_confirmed,
)


async def ask(
    tx: WriteSession, wanted: WantedOrder, *, initiated_by: Actor, at: datetime
) -> payments.Waiting | None:
    """Put the order to those who must agree to each of its payments; None if nobody must.

    It is signed once, for all dates, and before the first one. Raises as `make` does for what is
    wrong with the order itself, and `approvals.NoRule`.
    """
    debtor = await _checked(tx, wanted, initiated_by, at)
    first = wanted.schedule.due(0, CALENDAR)
    assert first is not None, "a schedule has a first date"
    return await ORDER.ask(
        tx,
        wanted,
        party_id=debtor.party_id,
        amount=wanted.amount,
        payee=payments.payee_of(wanted),
        maker=initiated_by,
        ends_at=midnight(first),
        at=at,
    )


def wanted_of(row: OrderRow) -> WantedOrder:
    """Return an order as its maker wanted it, and as it was signed."""
    return WantedOrder(
        debtor_account_id=row.debtor_account_id,
        creditor_account_number=row.creditor_account_number,
        creditor_name=row.creditor_name,
        amount=Money(row.amount_minor, row.currency),
        remittance=row.remittance,
        retries=row.retries,
        **asdict(schedule_of(row)),
    )


async def make(
    tx: WriteSession,
    wanted: WantedOrder,
    *,
    initiated_by: Actor,
    step_up_token: str | None,
    at: datetime,
) -> StandingOrder:
    """Order payments to come, once confirmed by a step-up over all they are.

    The payee is confirmed with it. Raises `accounts.UnknownAccount`, `auth.Forbidden`,
    `ScheduleWrong`, `TooEarly`, `TooManyOrders`, `PayeeDiffers`, `payments.CoolingOff`, what
    `payments.transfer` raises for its words, and `identity.StepUpRequired`.
    """
    debtor = await _checked(tx, wanted, initiated_by, at)
    await payments.check_cooling_off(
        tx,
        party_id=debtor.party_id,
        account_number=wanted.creditor_account_number,
        amount=wanted.amount,
        at=at,
    )
    action = _action(CREATE, wanted, debtor)
    await identity.spend_step_up(tx, token=step_up_token, action=action, actor=initiated_by, at=at)
    order = await _store(tx, wanted, debtor, made_by=initiated_by, approver=None, at=at)
    await payments.confirm_payee(
        tx,
        party_id=debtor.party_id,
        account_number=wanted.creditor_account_number,
        confirmed_by=initiated_by.id,
        at=at,
    )
    return order


@ORDER.executes
async def _approved(
    tx: WriteSession, wanted: WantedOrder, by: payments.SignedOff, at: datetime
) -> str:
    """Order it, as a second person has confirmed or the approvers have signed."""
    debtor = await _checked(tx, wanted, by.maker, at)
    order = await _store(tx, wanted, debtor, made_by=by.maker, approver=by.approver, at=at)
    return f"/api/v1/standing-orders/{order.id}"


async def pause(tx: WriteSession, *, order_id: UUID, actor: Actor, at: datetime) -> StandingOrder:
    """Pay nothing until it is resumed; a date that was being retried is missed.

    Raises `UnknownOrder`, `auth.Forbidden`, `NotPossible`.
    """
    row = await locked(tx, order_id, actor)
    if row.state != OrderState.ACTIVE:
        raise NotPossible(state=row.state)
    await stop(tx, row, OrderState.PAUSED, why=BY_CUSTOMER, at=at)
    return order_of(row)


async def resume(tx: WriteSession, *, order_id: UUID, actor: Actor, at: datetime) -> StandingOrder:
    """Go on with the first date after today; those of the pause are passed over.

    Raises `UnknownOrder`, `auth.Forbidden`, `NotPossible`.
    """
    row = await locked(tx, order_id, actor)
    if row.state != OrderState.PAUSED:
        raise NotPossible(state=row.state)
    move_on(row, after=business_date(at))
    if row.next_on is None:
        await stop(tx, row, OrderState.ENDED, why="schedule", at=at)
    else:
        row.state, row.stopped_by = OrderState.ACTIVE.value, None
        await tx.flush()
    return order_of(row)


async def cancel(tx: WriteSession, *, order_id: UUID, actor: Actor, at: datetime) -> StandingOrder:
    """End an order; what was paid stays paid. Raises `UnknownOrder`, `Forbidden`, `NotPossible`."""
    row = await locked(tx, order_id, actor)
    if row.state not in {OrderState.ACTIVE, OrderState.PAUSED}:
        raise NotPossible(state=row.state)
    await stop(tx, row, OrderState.CANCELLED, why=BY_CUSTOMER, at=at)
    return order_of(row)


async def stop(
    tx: WriteSession, row: OrderRow, state: OrderState, *, why: str, at: datetime
) -> None:
    """Put a locked order into a state in which nothing falls due."""
    row.state, row.stopped_by = state.value, why
    if state is not OrderState.PAUSED:
        row.next_on = None
    await tx.flush()
    if state is not OrderState.ENDED:  # an order that has ended still tries its last date
        await tx.execute(
            update(OccurrenceRow)
            .where(OccurrenceRow.order_id == row.id, OccurrenceRow.outcome == "retrying")
            .values(outcome="missed", retry_on=None, decided_at=at)
            .execution_options(synchronize_session=False)
        )
    told = OrderStopped(
        order_id=row.id,
        party_id=row.party_id,
        amount=Money(row.amount_minor, row.currency),
        state=state.value,
        why=why,
    )
    await outbox.append(tx, [told], at=at)


def move_on(row: OrderRow, *, after: date) -> None:
    """Let the next date of an order be the first that falls due after a day, if there is one."""
    row.next_on = None
    for number, _, due in schedule_of(row).upcoming(row.next_number, CALENDAR):
        row.next_number = number
        if due > after:
            row.next_on = due
            return


async def _checked(
    tx: ReadSession, wanted: WantedOrder, actor: Actor, at: datetime
) -> accounts.DepositAccount:
    """Return the account that pays, if the order is one that could be made."""
    debtor = await accounts.get(tx, wanted.debtor_account_id)
    payments.check_may_initiate(debtor, actor)
    payments.check_words(wanted.amount, wanted.creditor_name, wanted.remittance)
    party_id = debtor.party_id
    due = wanted.schedule.due(0, CALENDAR)
    assert due is not None, "a schedule has a first date"
    if due <= business_date(at):
        raise TooEarly(due_on=due.isoformat())
    running = select(func.count()).select_from(OrderRow)
    states = [OrderState.ACTIVE.value, OrderState.PAUSED.value]
    mine = OrderRow.party_id == party_id, OrderRow.state.in_(states)
    if (await tx.scalar(running.where(*mine)) or 0) >= ORDERS_MAX:
        raise TooManyOrders(orders_max=ORDERS_MAX)
    return debtor


async def _store(
    tx: WriteSession,
    wanted: WantedOrder,
    debtor: accounts.DepositAccount,
    *,
    made_by: Actor,
    approver: Actor | None,
    at: datetime,
) -> StandingOrder:
    """Store an order that was confirmed; only now the name is compared: a guess costs a step-up."""
    found = await payments.check_name(
        tx,
        party_id=debtor.party_id,
        account_number=wanted.creditor_account_number,
        name=wanted.creditor_name,
        actor=made_by,
        at=at,
    )
    if found is not payments.NameCheck.MATCH:
        raise PayeeDiffers
    signed = approver.approval_id if isinstance(approver, approvals.Signers) else None
    row = OrderRow(
        id=new_id(),
        party_id=debtor.party_id,
        debtor_account_id=debtor.id,
        creditor_account_number=wanted.creditor_account_number,
        creditor_name=wanted.creditor_name,
        amount_minor=wanted.amount.minor,
        currency=wanted.amount.currency,
        remittance=wanted.remittance,
        first_on=wanted.first_on,
        unit=wanted.unit.value,
        every=wanted.every,
        month_day=wanted.month_day,
        holidays=wanted.holidays.value,
        last_on=wanted.last_on,
        count=wanted.count,
        retries=wanted.retries,
        state=OrderState.ACTIVE.value,
        next_number=0,
        next_on=wanted.schedule.due(0, CALENDAR),
        made_by=made_by.id,
        approved_by=None if approver is None or signed is not None else approver.id,
        approval_id=signed,
        made_at=at,
    )
    tx.add(row)
    await tx.flush()
    made = OrderMade(
        order_id=row.id,
        party_id=row.party_id,
        amount=wanted.amount,
        first_on=wanted.first_on,
    )
    await outbox.append(tx, [made], at=at)
    return order_of(row)


def _action(
    kind: str, wanted: WantedOrder, debtor: accounts.DepositAccount, **more: str
) -> identity.Action:
    return to_confirm(
        kind,
        debtor_account_number=debtor.number,
        creditor_account_number=wanted.creditor_account_number,
        creditor_name=wanted.creditor_name,
        amount=wanted.amount,
        schedule=wanted.schedule,
        retries=wanted.retries,
        **more,
    )
