"""Paying a bill: the money moves and the bill is noted as paid in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.products.bills.domain.billers import Biller, BillerNotPayable
from tongbao.products.bills.domain.payments import (
    VALID_FOR,
    Bill,
    BillOutdated,
    BillPaid,
    BillPayment,
    BillPaymentId,
    BillState,
    UnknownBill,
)
from tongbao.products.bills.models import BillPaymentRow, BillRow, QueryRow
from tongbao.products.bills.service.directory import biller as find_biller
from tongbao.products.bills.service.moving import create
from tongbao.products.bills.service.rows import INITIATE, bill_of


@dataclass(frozen=True, slots=True)
class Payable:
    """A bill that may be paid now from an account of its party's, and where it is paid."""

    bill: Bill
    biller: Biller
    account: accounts.DepositAccount
    name: str

    @property
    def words(self) -> str:
        """Return what the payment is for."""
        return f"{self.biller.name.zh} {self.bill.period}"


@dataclass(frozen=True, slots=True)
class Paying:
    """A bill paid, or why its payment was rejected; `bill` is None then."""

    transfer: payments.Transfer
    bill: BillPayment | None


async def pay(
    tx: WriteSession,
    *,
    bill_id: UUID,
    debtor_account_id: UUID,
    initiated_by: Actor,
    approved_by: Actor | None = None,
    step_up_token: str | None = None,
    mandate_id: UUID | None = None,
    at: datetime,
) -> Paying:
    """Move a bill's amount to its biller's account, and have the biller told by the worker.

    The payment is one like any other: limits, second person, step-up, fees; one by a mandate was
    confirmed with it. A biller's bill is paid once, whoever pays: of two at once the second waits
    and is refused.

    Raises as `payable` does, `BillPaid`, and as `payments.transfer` does.
    """
    due = await payable(
        tx, bill_id=bill_id, debtor_account_id=debtor_account_id, payer=initiated_by, at=at
    )
    found = due.bill
    await _claim(tx, found)
    paid_id = BillPaymentId(new_id())
    transfer = await payments.transfer(
        tx,
        debtor_account_id=debtor_account_id,
        creditor_account_number=due.account.number,
        creditor_name=due.name,
        amount=found.amount,
        remittance=due.words,
        end_to_end_id=f"BILL{paid_id.hex[-24:]}",
        initiated_by=initiated_by,
        approved_by=approved_by,
        step_up_token=step_up_token,
        without_step_up=mandate_id is not None,
        at=at,
    )
    if transfer.refusal is not None:
        return Paying(transfer, None)
    paid = BillPayment(
        id=paid_id,
        party_id=found.party_id,
        bill_id=found.id,
        biller=found.biller,
        shown=await _shown(tx, bill_id),
        reference=found.reference,
        period=found.period,
        amount=found.amount,
        debtor_account_id=debtor_account_id,
        payment_id=transfer.id,
        mandate_id=mandate_id,
        state=BillState.PAID,
        receipt_number=None,
        reason_code=None,
        refund_id=None,
        made_by=initiated_by.id,
        made_at=at,
    )
    await create(tx, paid, at=at)
    return Paying(transfer, paid)


async def payable(
    tx: ReadSession, *, bill_id: UUID, debtor_account_id: UUID, payer: Actor, at: datetime
) -> Payable:
    """Return a bill as it can be paid now, unless somebody has paid it.

    Raises `UnknownBill`, `auth.Forbidden`, `accounts.UnknownAccount`, `UnknownBiller`,
    `BillOutdated`, `BillerNotPayable`.
    """
    found = await _own_bill(tx, bill_id, payer)
    debtor = await accounts.get(tx, debtor_account_id)
    payments.check_may_initiate(debtor, payer)
    if debtor.party_id != found.party_id:
        raise accounts.UnknownAccount(account=debtor_account_id)
    biller = await find_biller(tx, found.biller)
    if found.told_at + VALID_FOR <= at:
        raise BillOutdated
    account, name = await payee(tx, biller)
    return Payable(found, biller, account, name)


async def payee(tx: ReadSession, biller: Biller) -> tuple[accounts.DepositAccount, str]:
    """Return the account a biller is paid on, and its holder's name. Raises `BillerNotPayable`."""
    if biller.account_id is None:
        raise BillerNotPayable
    account = await accounts.get(tx, biller.account_id)
    return account, (await parties.get(tx, account.party_id)).name


async def _own_bill(tx: ReadSession, bill_id: UUID, actor: Actor) -> Bill:
    row = await tx.get(BillRow, bill_id)
    if row is None:
        raise UnknownBill
    actor.check(INITIATE, party_id=row.party_id, unknown=UnknownBill())
    return bill_of(row)


async def _claim(tx: WriteSession, bill: Bill) -> None:
    """Wait for whoever pays the same bill now. Raises `BillPaid` where somebody pays or has."""
    key = f"bills_payment {bill.biller} {bill.reference}"
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    taken = await tx.scalar(
        select(BillPaymentRow.id).where(
            BillPaymentRow.biller == bill.biller,
            BillPaymentRow.reference == bill.reference,
            BillPaymentRow.state != BillState.REFUNDED.value,
        )
    )
    if taken is not None:
        raise BillPaid


async def _shown(tx: ReadSession, bill_id: UUID) -> str:
    shown = await tx.scalar(
        select(QueryRow.shown)
        .join(BillRow, BillRow.query_id == QueryRow.id)
        .where(BillRow.id == bill_id)
    )
    assert shown is not None, "a bill came by a query"
    return shown
