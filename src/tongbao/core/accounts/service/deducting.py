"""Deduction (扣划): by order, from what a restraint keeps, to a given account."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.accounts.domain.errors import NotDeductible
from tongbao.core.accounts.domain.ordering import clean_order
from tongbao.core.accounts.domain.restraints import Authority, Ending, Restraint, Stop, effective
from tongbao.core.accounts.events import AmountDeducted
from tongbao.core.accounts.models import AccountRow, RestraintRow, RestraintStepRow
from tongbao.core.accounts.service.reading import by_number
from tongbao.core.accounts.service.restraining import end, standing_one
from tongbao.core.accounts.service.rows import restraint_of
from tongbao.core.accounts.service.standing import TIME_DID_IT, follow, restraint_rows
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

DEDUCTION_TYPE: Final = "accounts.deduction"


async def deduct(
    tx: WriteSession,
    *,
    account_id: UUID,
    restraint_id: UUID,
    amount: Money,
    to_number: str,
    document_number: str,
    reason: str,
    deducted_by: UUID,
    approved_by: UUID | None,
    at: datetime,
) -> Restraint:
    """Move what an authority's order keeps, or a part of it, to an account of this bank.

    At most what the order holds by its rank at this moment. An order over an amount keeps that much
    less afterwards and is executed when nothing is left of it.

    Raises `UnknownAccount` (either account), `UnknownRestraint`, `RestraintEnded`,
    `OrderMalformed`, `NotDeductible`, and what the ledger refuses of the other account.
    """
    row, found = await standing_one(tx, account_id, restraint_id, at=at)
    order = restraint_of(found, row.currency).order
    to = await by_number(tx, to_number, currency=row.currency)
    await follow(tx, row, at=at, by=None, reason=TIME_DID_IT)
    source = ledger.AccountId(row.ledger_account_id)
    await ledger.lock(tx, [source, to.ledger_account_id])
    available = await _held(tx, row, found, at=at)
    allowed = order.authority is not Authority.BANK and order.stop is not Stop.CREDIT
    if not (
        allowed
        and amount.currency == row.currency
        and 0 < amount.minor <= available
        and to.id != row.id
    ):
        shown = Money(available if allowed else 0, row.currency)
        raise NotDeductible(available=str(shown))
    transaction_id = new_id()
    # The accounts are locked until the transaction ends: nobody else sees the source without its
    # restraints, which `follow` puts back.
    await ledger.restrict(tx, [ledger.Restriction(source, ledger.AccountStatus.ACTIVE)])
    words = clean_order(
        replace(order, document_number=document_number, reason=reason),
        currency=row.currency,
        at=None,
    )
    deduction = ledger.NewTransaction(
        id=ledger.TransactionId(transaction_id),
        type=DEDUCTION_TYPE,
        postings=(ledger.NewPosting(debit=source, credit=to.ledger_account_id, amount=amount),),
        reference=words.document_number,
        metadata={"restraint_id": str(found.id)},
    )
    (result,) = await ledger.post(tx, [deduction], at=at)
    result.raise_for_refusal()
    if found.amount_minor is not None:
        found.amount_minor -= amount.minor
    tx.add(
        RestraintStepRow(
            id=new_id(),
            restraint_id=found.id,
            step="deducted",
            amount_minor=amount.minor,
            document_number=words.document_number,
            reason=words.reason,
            by_id=deducted_by,
            approved_by=approved_by,
            transaction_id=transaction_id,
            taken_at=at,
        )
    )
    await tx.flush()
    deducted = AmountDeducted(
        account_id=row.id,
        party_id=row.party_id,
        restraint_id=found.id,
        amount=amount,
        left=None if found.amount_minor is None else Money(found.amount_minor, row.currency),
        transaction_id=transaction_id,
    )
    await outbox.append(tx, [deducted], at=at)
    if found.amount_minor == 0:
        await end(tx, row, found, Ending.EXECUTED, at=at)
    await follow(tx, row, at=at, by=deducted_by, reason=words.reason)
    return restraint_of(found, row.currency)


async def _held(tx: WriteSession, row: AccountRow, found: RestraintRow, *, at: datetime) -> int:
    """Return what the restraint holds by its rank, in minor units."""
    room = (await ledger.balance(tx, ledger.AccountId(row.ledger_account_id))).room
    assert room is not None, "a deposit account has a limit"
    rows = await restraint_rows(tx, [row.id])
    restraints = [restraint_of(each, row.currency) for each in rows]
    return effective(restraints, room=room, at=at).get(found.id, 0)
