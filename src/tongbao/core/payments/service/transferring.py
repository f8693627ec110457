"""Paying from one customer's account to another's."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.identity import service as identity
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    CreditorAccountUnknown,
    CreditorNameMismatch,
    CurrencyNotAllowed,
    EndToEndIdUsed,
    PartyBlocked,
    PaymentId,
    PaymentOrder,
    SameAccount,
    Status,
    Transfer,
    check_amount,
    clean_creditor_name,
    clean_end_to_end_id,
    clean_remittance,
    reason_of,
    same_name,
)
from tongbao.core.payments.domain.fees import FeeKind, FeeQuote
from tongbao.core.payments.domain.payees import CoolingOff
from tongbao.core.payments.events import PaymentRejected, PaymentSettled
from tongbao.core.payments.models import IS_SETTLED, PaymentOrderRow
from tongbao.core.payments.service.alone import count_alone
from tongbao.core.payments.service.authority import (
    check_may_initiate,
    check_second_person,
    stopped,
)
from tongbao.core.payments.service.fees import FeeAsked, fee_postings, quote_fees
from tongbao.core.payments.service.limiting import use_of
from tongbao.core.payments.service.payees import require_step_up
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.risk.limits import service as limits

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

    Raises, storing nothing: `identity.StepUpRequired`, `CoolingOff`, `accounts.UnknownAccount`
    unless the debtor's account belongs to a party of the initiator, `auth.Forbidden` where they may
    not pay for it, `ApprovalNeeded` and `NotWithinBand` for want of a second person who may,
    `AmountNotPositive`, `CreditorNameMalformed`, `RemittanceMalformed`, `EndToEndIdMalformed`, and
    `EndToEndIdUsed`.
    """
    debtor = await accounts.get(tx, debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    check_amount(amount)
    await check_second_person(
        tx, debtor=debtor, amount=amount, maker=initiated_by, approver=approved_by, at=at
    )
    payer = await parties.get(tx, debtor.party_id)
    payment_id = PaymentId(new_id())
    order = Transfer(
        id=payment_id,
        status=Status.SETTLED,
        reason=None,
        debtor_account_id=debtor.id,
        debtor_account_number=debtor.number,
        debtor_name=payer.name,
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
    refusal = await _refusal(tx, order, debtor=debtor, payer=payer, creditor=creditor)
    if refusal is None:
        refusal = await _limited(tx, order, debtor, payer, approved_by or initiated_by)
    if refusal is None and creditor is not None:
        if approved_by is None and not without_step_up:
            await _confirm(tx, order, payer.id, step_up_token, initiated_by)
        creditor = await accounts.reached(tx, creditor, currency=amount.currency, at=at)
        sides, alone = (debtor, payer, creditor), None if approved_by else initiated_by
        return await _carry_out(tx, order, sides, alone=alone, at=at)
    assert refusal is not None, "without a creditor there is a refusal"
    order = replace(order, creditor_account_id=None if creditor is None else creditor.id)
    return await _store_rejected(tx, order, refusal, at=at)


async def _limited(
    tx: WriteSession, order: Transfer, debtor: DepositAccount, payer: parties.Party, actor: Actor
) -> TongbaoError | None:
    """Use limits for the order; return what refused it."""
    use = use_of(order, debtor=debtor, payer=payer, actor=actor)
    (reservation,) = await limits.reserve(tx, [use], at=order.initiated_at)
    return reservation.error


async def _confirm(
    tx: WriteSession, order: Transfer, party_id: UUID, token: str | None, actor: Actor
) -> None:
    """Spend the order's step-up; without it the limits are free again, for `tx` may go on."""
    at = order.initiated_at
    try:
        await require_step_up(tx, order, party_id=party_id, token=token, actor=actor, at=at)
    except (identity.StepUpRequired, CoolingOff):
        await limits.release(tx, [order.id], at=at)
        raise


async def _carry_out(
    tx: WriteSession,
    order: Transfer,
    sides: tuple[DepositAccount, parties.Party, DepositAccount],
    *,
    alone: Actor | None,
    at: datetime,
) -> Transfer:
    """Store the order and move the money; what the ledger refuses is a rejection.

    `sides` are the account that pays, its party, and the account that receives; `alone` is who pays
    without a second person.
    """
    debtor, payer, creditor = sides
    order = replace(order, creditor_account_id=creditor.id)
    await _store_settled(tx, order)
    asked = FeeAsked(FeeKind.BOOK_TRANSFER, order.amount, payer.kind.value)
    (fee,) = await quote_fees(tx, [asked], at=at)
    refusal = await _book(tx, order, debtor=debtor, creditor=creditor, fee=fee, at=at)
    if refusal is None:
        if alone is not None:
            await count_alone(tx, party_id=debtor.party_id, amount=order.amount, actor=alone, at=at)
        return await _settled(tx, order, at=at)
    await limits.release(tx, [order.id], at=at)
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
    payer: parties.Party,
    creditor: DepositAccount | None,
) -> TongbaoError | None:
    """Return the first rule the order breaks, limits aside.

    Nothing about the creditor but yes or no leaks.
    """
    refusal = _wrong_currency(order.amount, debtor)
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
    return await stopped(tx, debtor, creditor, at=order.initiated_at) or _blocked(payer)


def _blocked(payer: parties.Party) -> PartyBlocked | None:
    gone = payer.status in (parties.Status.BLOCKED, parties.Status.CLOSED)
    return PartyBlocked() if gone else None


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
    fee: FeeQuote,
    at: datetime,
) -> TongbaoError | None:
    """Post the transfer with its fee; return why the ledger would not."""
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
            *await fee_postings(tx, fee, payer=debtor.ledger_account_id, at=at),
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
