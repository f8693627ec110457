"""Taking money out: broken early, drawn after notice, or taken once the term is over."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.events import Event
from tongbao.kernel.money import Money
from tongbao.products.deposits.domain.deposits import Deposit, DepositState, Notice, NoticeState
from tongbao.products.deposits.domain.errors import (
    AccountNotUsable,
    DepositEnded,
    PartNotPossible,
    PartOutOfRange,
    UnknownDeposit,
)
from tongbao.products.deposits.domain.products import Kind
from tongbao.products.deposits.domain.settling import (
    Rates,
    Settlement,
    accrued,
    kept_notice,
    settle,
    used_up,
)
from tongbao.products.deposits.domain.step_up import break_to_confirm
from tongbao.products.deposits.events import DepositBroken, DepositDrawn, DepositPaidOut
from tongbao.products.deposits.models import DepositRow, NoticeRow
from tongbao.products.deposits.service.booking import (
    interest_accounts,
    keep_payouts,
    payout_transaction,
    payout_values,
)
from tongbao.products.deposits.service.demand import demand_tiers
from tongbao.products.deposits.service.missed import note_missed
from tongbao.products.deposits.service.opening import MANAGE
from tongbao.products.deposits.service.rates import rate_on
from tongbao.products.deposits.service.rows import deposit_of, locked, refresh, require_money


async def quote(
    tx: ReadSession, deposit: Deposit, *, amount: Money | None = None, on: date
) -> Settlement:
    """Return what withdrawing `amount` (None: everything) on a day would pay, line by line.

    Raises as `withdraw` does for what cannot be withdrawn.
    """
    if not deposit.state.holds_money:
        raise DepositEnded(state=deposit.state.value)
    amount = amount or deposit.principal
    _check_part(deposit, amount, on=on)
    return settle(deposit, amount, on=on, rates=await day_rates(tx, deposit, on=on))


async def day_rates(tx: ReadSession, deposit: Deposit, *, on: date) -> Rates:
    """Return the rates posted for a day that matter for a deposit."""
    demand = await demand_tiers(tx, currency=deposit.currency, on=on)
    if deposit.kind is not Kind.NOTICE:
        return Rates(demand)
    notice = await rate_on(tx, product=deposit.product.code, currency=deposit.currency, on=on)
    return Rates(demand, notice)


async def withdraw(
    tx: WriteSession,
    *,
    deposit_id: UUID,
    amount: Money | None = None,
    withdrawn_by: Actor,
    at: datetime,
    step_up_token: str | None = None,
    without_step_up: bool = False,
) -> tuple[Deposit, Settlement]:
    """Pay `amount` (None: everything) and its interest into the settlement account.

    Before maturity this breaks the deposit; a part of a time deposit once, and the rest goes on as
    if nothing had happened. From maturity on it pays what the term has earned. From a notice
    deposit it draws, at the notice rate if a notice of this day covers it. A large sum taken out
    before its time is confirmed by a step-up, except for a request that is no customer's
    (`without_step_up`).

    Raises `UnknownDeposit`, `auth.Forbidden`, `DepositEnded`, `PartNotPossible`, `PartOutOfRange`,
    `AccountNotUsable`, `identity.StepUpRequired`, and what the ledger refuses.
    """
    row = await locked(tx, deposit_id)
    withdrawn_by.check(MANAGE, party_id=row.party_id, unknown=UnknownDeposit())
    require_money(row)
    on = business_date(at)
    events: list[Event] = await note_missed(tx, [row], on=on)
    before = await deposit_of(tx, row)
    settlement = await quote(tx, before, amount=amount, on=on)
    account = await accounts.get(tx, before.account_id)
    if account.status is not accounts.DepositAccountStatus.OPEN:
        raise AccountNotUsable(currency=before.currency)
    early = not before.has_matured(on)
    action = break_to_confirm(before, settlement.principal) if early else None
    if action is not None and not without_step_up:
        await identity.spend_step_up(
            tx, token=step_up_token, action=action, actor=withdrawn_by, at=at
        )
    events.append(
        await _pay(tx, row, before, settlement, account, by=withdrawn_by.id, on=on, at=at)
    )
    await outbox.append(tx, events, at=at)
    return await deposit_of(tx, row), settlement


async def _pay(
    tx: WriteSession,
    row: DepositRow,
    before: Deposit,
    settlement: Settlement,
    account: accounts.DepositAccount,
    *,
    by: UUID,
    on: date,
    at: datetime,
) -> Event:
    """Book it and bring the row up to date; return what is to be told."""
    left = before.principal - settlement.principal
    keeps_on = left.minor > 0
    after = await _reduced(tx, row, before, settlement.principal, on=on)
    accrued_left = await _accrued_left(tx, after) if keeps_on else 0
    bank = await interest_accounts(tx, [(row.product, row.currency)], at=at)
    transaction = payout_transaction(
        before,
        settlement,
        bank=bank[row.product, row.currency],
        principal_to=account.ledger_account_id,
        interest_to=account.ledger_account_id,
        accrued_left=accrued_left,
        effective_on=on,
    )
    assert transaction is not None, "a withdrawal moves principal"
    (result,) = await ledger.post(tx, [transaction], at=at)
    result.raise_for_refusal()
    row.principal_minor, row.accrued_minor = left.minor, accrued_left
    reason = _move(row, before, keeps_on=keeps_on, on=on)
    refresh(row, after)
    await tx.flush()
    payout = payout_values(
        before, settlement, reason=reason, on=on, transaction_id=transaction.id, by=by, at=at
    )
    await keep_payouts(tx, [payout])
    return _told(row, settlement, reason, left=left, transaction_id=transaction.id)


def _move(row: DepositRow, before: Deposit, *, keeps_on: bool, on: date) -> str:
    """Give a deposit the state that a withdrawal leaves it in; return what the payout is for."""
    row.ended_on = None if keeps_on else on
    if before.has_matured(on):
        row.state = DepositState.PAID_OUT.value
        return "matured"
    if before.kind is Kind.NOTICE:
        row.state = (DepositState.OPEN if keeps_on else DepositState.CLOSED).value
        return "drawn"
    if keeps_on:
        row.part_broken = True
        return "broken_part"
    row.state = DepositState.BROKEN.value
    return "broken"


def _told(
    row: DepositRow, settlement: Settlement, reason: str, *, left: Money, transaction_id: UUID
) -> Event:
    """Return the event of a withdrawal."""
    facts = {
        "deposit_id": row.id,
        "party_id": row.party_id,
        "product": row.product,
        "principal": settlement.principal,
        "interest": settlement.interest,
        "transaction_id": transaction_id,
    }
    if reason == "matured":
        return DepositPaidOut.model_validate(facts)
    event = DepositDrawn if reason == "drawn" else DepositBroken
    return event.model_validate({**facts, "remaining": left})


async def _reduced(
    tx: WriteSession, row: DepositRow, before: Deposit, amount: Money, *, on: date
) -> Deposit:
    """Return the deposit with so much less on it; of a notice deposit, its notice ended."""
    after = replace(before, principal=before.principal - amount)
    if before.kind is not Kind.NOTICE:
        return after
    lost, reduced = used_up(before, amount, on=on)
    row.lost_products -= lost
    row.reduced_products -= reduced
    notice = before.open_notice
    if notice is not None and (notice.draws_on == on or after.principal.minor == 0):
        if after.principal.minor and kept_notice(before, amount, on=on) is not None:
            # What was announced and not drawn earns the demand rate for the notice period.
            short = max(0, notice.amount.minor - amount.minor)
            row.reduced_products += short * before.product.notice_days
        await _end_notice(tx, notice, on=on)
    if after.principal.minor == 0:
        row.lost_products = row.reduced_products = 0
    return replace(after, lost=row.lost_products, reduced=row.reduced_products)


async def _end_notice(tx: WriteSession, notice: Notice, *, on: date) -> None:
    await tx.execute(
        update(NoticeRow)
        .where(NoticeRow.id == notice.id)
        .values(state=NoticeState.DRAWN.value, ended_on=on)
    )


async def _accrued_left(tx: ReadSession, after: Deposit) -> int:
    """Return the share of the accrued interest that the rest of a deposit keeps.

    As if no more than the rest had ever been there: through the day accrual has come to.
    """
    through = after.accrued_through
    assert through is not None, "set at opening"
    rate = await rate_on(tx, product=after.product.code, currency=after.currency, on=through)
    return accrued(after, through=through, notice_rate=rate)


def _check_part(deposit: Deposit, amount: Money, *, on: date) -> None:
    """Raise `PartNotPossible` or `PartOutOfRange` unless so much can be withdrawn."""
    left = deposit.principal - amount
    if left.minor == 0:
        return
    plan_or_over = deposit.kind is Kind.INSTALMENT or deposit.has_matured(on)
    if plan_or_over or (deposit.kind is Kind.TIME and deposit.part_broken):
        raise PartNotPossible
    minimum = deposit.terms.minimum
    if amount.minor <= 0 or left.minor < minimum:
        raise PartOutOfRange(
            minimum=str(Money(minimum, deposit.currency)), principal=str(deposit.principal)
        )
