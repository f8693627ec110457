"""Paying from one customer's account to another's, and reading payments."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    CreditorAccountUnknown,
    CreditorNameMismatch,
    CurrencyNotAllowed,
    EndToEndIdUsed,
    PaymentId,
    PaymentOrder,
    Reason,
    SameAccount,
    Status,
    Transfer,
    UnknownPayment,
    above_maximum,
    check_amount,
    clean_creditor_name,
    clean_end_to_end_id,
    clean_remittance,
    reason_of,
    same_name,
)
from tongbao.core.payments.events import PaymentRejected, PaymentSettled
from tongbao.core.payments.models import IS_SETTLED, PaymentOrderRow
from tongbao.core.payments.service.alone import count_alone
from tongbao.core.payments.service.authority import (
    check_may_initiate,
    check_second_person,
    stopped,
)
from tongbao.core.payments.service.levels import not_at_this_level
from tongbao.core.payments.service.payees import require_step_up
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import (
    PAGE_LIMIT_DEFAULT,
    Page,
    decode_cursor,
    encode_cursor,
)
from tongbao.kernel.text import Text

TRANSACTION_TYPE = "payments.transfer"


async def transfer(
    tx: WriteSession,
    *,
    debtor_account_id: UUID,
    creditor_account_number: str,
    creditor_name: str,
    amount: Money,
    initiated_by: Actor,
    approved_by: Actor | None = None,
    at: datetime,
    remittance: str | None = None,
    end_to_end_id: str | None = None,
    step_up_token: str | None = None,
    without_step_up: bool = False,
) -> Transfer:
    """Move `amount` from the initiator's account to another account here, or say why not.

    An order that breaks a rule is stored as rejected and *returned* with its `refusal`, for raising
    would undo the row. Without an `end_to_end_id` its own id serves.

    Where the initiator may not pay so much alone, `approved_by` is the second person. Who does
    confirms by a step-up what is large or goes to a new payee, unless the order is rejected anyway
    or was confirmed in another way (`without_step_up`, never for a request of a customer's).

    Raises, storing nothing: `identity.StepUpRequired`, `accounts.UnknownAccount` unless the
    debtor's account belongs to a party of the initiator, `auth.Forbidden` where they may not pay
    for it, `ApprovalNeeded` and `NotWithinBand` for want of a second person who may,
    `AmountNotPositive`, `CreditorNameMalformed`, `RemittanceMalformed`, `EndToEndIdMalformed`, and
    `EndToEndIdUsed`.
    """
    debtor = await accounts.get(tx, debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    check_amount(amount)
    await check_second_person(
        tx, debtor=debtor, amount=amount, maker=initiated_by, approver=approved_by, at=at
    )
    payment_id = PaymentId(new_id())
    order = Transfer(
        id=payment_id,
        status=Status.SETTLED,
        reason=None,
        debtor_account_id=debtor.id,
        debtor_account_number=debtor.number,
        debtor_name=(await parties.get(tx, debtor.party_id)).name,
        creditor_account_id=None,
        creditor_account_number=creditor_account_number,
        creditor_name=clean_creditor_name(creditor_name),
        amount=amount,
        end_to_end_id=(
            payment_id.hex if end_to_end_id is None else clean_end_to_end_id(end_to_end_id)
        ),
        remittance=clean_remittance(remittance),
        transaction_id=new_id(),
        initiated_by=initiated_by.id,
        initiated_at=at,
    )
    creditor = await _account(tx, creditor_account_number, amount.currency)
    refusal = await _refusal(tx, order, debtor=debtor, creditor=creditor)
    if refusal is None and creditor is not None:
        if approved_by is None and not without_step_up:
            await require_step_up(
                tx, order, party_id=debtor.party_id, token=step_up_token, actor=initiated_by, at=at
            )
        alone = None if approved_by else initiated_by
        creditor = await accounts.reached(tx, creditor, currency=amount.currency, at=at)
        return await _carry_out(tx, order, debtor=debtor, creditor=creditor, alone=alone, at=at)
    assert refusal is not None, "without a creditor there is a refusal"
    order = replace(order, creditor_account_id=None if creditor is None else creditor.id)
    return await _store_rejected(tx, order, refusal, at=at)


async def get(
    tx: ReadSession, payment_id: UUID, *, visible_to: Collection[UUID] | None = None
) -> PaymentOrder:
    """Return one payment; only if one of the parties `visible_to` may see it, unless it is None.

    The debtor sees every order, the creditor those that were settled. Raises `UnknownPayment`.
    """
    row = await tx.scalar(
        select(PaymentOrderRow)
        .where(PaymentOrderRow.id == payment_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownPayment
    if visible_to is not None:
        involved = [row.debtor_account_id]
        if row.status == Status.SETTLED and row.creditor_account_id is not None:
            involved.append(row.creditor_account_id)
        owners = {(await accounts.get(tx, account_id)).party_id for account_id in involved}
        if owners.isdisjoint(visible_to):
            raise UnknownPayment
    return _order(row)


async def for_account(
    tx: ReadSession, *, account_id: UUID, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[PaymentOrder]:
    """Return the payments from and to an account, newest first.

    Orders rejected are shown to their debtor only. Raises `kernel.page.BadCursor`.
    """
    last = None if after is None else decode_cursor(after, UUID)[0]
    out = select(PaymentOrderRow).where(PaymentOrderRow.debtor_account_id == account_id)
    into = select(PaymentOrderRow).where(
        PaymentOrderRow.creditor_account_id == account_id,
        PaymentOrderRow.status == Status.SETTLED.value,
    )
    # Two short index scans; one condition with OR would sort all payments of a busy account.
    halves = []
    for half in (out, into):
        part = half if last is None else half.where(PaymentOrderRow.id < last)
        halves.append(part.order_by(PaymentOrderRow.id.desc()).limit(limit + 1))
    both = aliased(
        PaymentOrderRow, union_all(*(half.subquery().select() for half in halves)).subquery()
    )
    rows = await tx.scalars(
        select(both)
        .order_by(both.id.desc())
        .limit(limit + 1)
        .execution_options(populate_existing=True)
    )
    return Page[PaymentOrder].of(
        [_order(row) for row in rows], limit=limit, cursor=lambda order: encode_cursor(order.id)
    )


async def _carry_out(
    tx: WriteSession,
    order: Transfer,
    *,
    debtor: DepositAccount,
    creditor: DepositAccount,
    alone: Actor | None,
    at: datetime,
) -> Transfer:
    """Store the order and move the money; what the ledger refuses is a rejection.

    `alone` is who pays without a second person.
    """
    order = replace(order, creditor_account_id=creditor.id)
    await _store_settled(tx, order)
    refusal = await _book(tx, order, debtor=debtor, creditor=creditor, at=at)
    if refusal is None:
        if alone is not None:
            await count_alone(tx, party_id=debtor.party_id, amount=order.amount, actor=alone, at=at)
        return await _settled(tx, order, at=at)
    order = _rejected(order, refusal)
    await tx.execute(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == order.id)
        .values(**_columns(order))
        .execution_options(synchronize_session=False)
    )
    return await _told_rejected(tx, order, at=at)


async def _account(tx: ReadSession, number: str, currency: str) -> DepositAccount | None:
    try:
        return await accounts.by_number(tx, number, currency=currency)
    except accounts.UnknownAccount:
        return None


async def _refusal(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    debtor: DepositAccount,
    creditor: DepositAccount | None,
) -> TongbaoError | None:
    """Return the first rule the order breaks. Nothing about the creditor but yes or no leaks."""
    refusal = _wrong_currency(order.amount, debtor) or above_maximum(order.amount)
    if refusal is not None:
        return refusal
    if creditor is None:
        return CreditorAccountUnknown(account_number=order.creditor_account_number)
    if creditor.id == debtor.id:
        return SameAccount()
    if not same_name((await parties.get(tx, creditor.party_id)).name, order.creditor_name):
        return CreditorNameMismatch(account_number=order.creditor_account_number)
    if not accounts.takes(creditor, order.amount.currency):
        return _wrong_currency(order.amount, creditor)
    return await stopped(tx, debtor, creditor, at=order.initiated_at) or await not_at_this_level(
        tx, order.amount, party_id=debtor.party_id, at=order.initiated_at
    )


def _wrong_currency(amount: Money, account: DepositAccount) -> CurrencyNotAllowed | None:
    if amount.currency == account.currency:
        return None
    return CurrencyNotAllowed(currency=amount.currency, account_currency=account.currency)


async def _store_settled(tx: WriteSession, order: PaymentOrder) -> None:
    """Write the order before the money moves: the unique index decides between two at once."""
    stored = await tx.scalar(
        insert(PaymentOrderRow)
        .values(**_columns(order))
        .on_conflict_do_nothing(
            index_elements=["debtor_account_id", "end_to_end_id"],
            index_where=IS_SETTLED,
        )
        .returning(PaymentOrderRow.id)
    )
    if stored is None:
        raise EndToEndIdUsed(end_to_end_id=order.end_to_end_id)


async def _book(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    debtor: DepositAccount,
    creditor: DepositAccount,
    at: datetime,
) -> TongbaoError | None:
    """Post the transfer; return why the ledger would not."""
    assert order.transaction_id is not None
    transaction = ledger.NewTransaction(
        id=ledger.TransactionId(order.transaction_id),
        type=TRANSACTION_TYPE,
        # Customers' accounts are what the bank owes: a debit lowers the payer's, a credit raises
        # the payee's.
        postings=(
            ledger.NewPosting(
                debit=debtor.ledger_account_id,
                credit=creditor.ledger_account_id,
                amount=order.amount,
            ),
        ),
        reference=order.remittance or order.end_to_end_id,
        metadata={"payment_id": str(order.id), "end_to_end_id": order.end_to_end_id},
    )
    (result,) = await ledger.post(tx, [transaction], at=at)
    return result.error


async def _settled(tx: WriteSession, order: Transfer, *, at: datetime) -> Transfer:
    assert order.creditor_account_id is not None
    assert order.transaction_id is not None
    settled = PaymentSettled(
        payment_id=order.id,
        debtor_account_id=order.debtor_account_id,
        creditor_account_id=order.creditor_account_id,
        amount=order.amount,
        transaction_id=order.transaction_id,
    )
    await outbox.append(tx, [settled], at=at)
    return order


async def _store_rejected(
    tx: WriteSession, order: Transfer, refusal: TongbaoError, *, at: datetime
) -> Transfer:
    order = _rejected(order, refusal)
    await tx.execute(insert(PaymentOrderRow).values(**_columns(order)))
    return await _told_rejected(tx, order, at=at)


async def _told_rejected(tx: WriteSession, order: Transfer, *, at: datetime) -> Transfer:
    assert order.reason is not None
    rejected = PaymentRejected(
        payment_id=order.id,
        debtor_account_id=order.debtor_account_id,
        amount=order.amount,
        reason_code=order.reason.code,
    )
    await outbox.append(tx, [rejected], at=at)
    return order


def _rejected(order: Transfer, refusal: TongbaoError) -> Transfer:
    return replace(
        order,
        status=Status.REJECTED,
        reason=reason_of(refusal),
        refusal=refusal,
        transaction_id=None,
    )


def _columns(order: PaymentOrder) -> dict[str, object]:
    reason = order.reason
    return {
        "id": order.id,
        "status": order.status.value,
        "reason_code": reason and reason.code,
        "reason_iso_code": reason and reason.iso_code,
        "reason_zh": reason and reason.text.zh,
        "reason_en": reason and reason.text.en,
        "debtor_account_id": order.debtor_account_id,
        "debtor_account_number": order.debtor_account_number,
        "debtor_name": order.debtor_name,
        "creditor_account_id": order.creditor_account_id,
        "creditor_account_number": order.creditor_account_number,
        "creditor_name": order.creditor_name,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
        "end_to_end_id": order.end_to_end_id,
        "remittance": order.remittance,
        "transaction_id": order.transaction_id,
        "initiated_by": order.initiated_by,
        "initiated_at": order.initiated_at,
    }


def _order(row: PaymentOrderRow) -> PaymentOrder:
    reason = None
    if row.reason_code is not None:
        reason = Reason(
            code=row.reason_code,
            iso_code=row.reason_iso_code or "NARR",
            text=Text(zh=row.reason_zh or "", en=row.reason_en or ""),
        )
    return PaymentOrder(
        id=PaymentId(row.id),
        status=Status(row.status),
        reason=reason,
        debtor_account_id=row.debtor_account_id,
        debtor_account_number=row.debtor_account_number,
        debtor_name=row.debtor_name,
        creditor_account_id=row.creditor_account_id,
        creditor_account_number=row.creditor_account_number,
        creditor_name=row.creditor_name,
        amount=Money(row.amount_minor, row.currency),
        end_to_end_id=row.end_to_end_id,
        remittance=row.remittance,
        transaction_id=row.transaction_id,
        initiated_by=row.initiated_by,
        initiated_at=row.initiated_at,
    )
