"""Deduction (扣划): by order, from what a restraint keeps, to a given account."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.accounts.domain import DepositAccount
from tongbao.core.accounts.domain.errors import NotDeductible
from tongbao.core.accounts.domain.ordering import clean_order
from tongbao.core.accounts.domain.restraints import (
    Authority,
    Ending,
    Order,
    Restraint,
    Stop,
    effective,
)
from tongbao.core.accounts.events import AmountDeducted
from tongbao.core.accounts.models import AccountRow, RestraintRow, RestraintStepRow
from tongbao.core.accounts.service.reading import by_number
from tongbao.core.accounts.service.restraining import end, standing_one
from tongbao.core.accounts.service.rows import restraint_of
from tongbao.core.accounts.service.standing import follow, restraint_rows
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

DEDUCTION_TYPE: Final = "accounts.deduction"


@dataclass(frozen=True, slots=True)
class Deduction:
    """How much is deducted by which order, to which account, on what grounds and by whom."""

    account_id: UUID
    restraint_id: UUID
    amount: Money
    to_number: str
    document_number: str
    reason: str
    deducted_by: UUID
    approved_by: UUID | None


async def deduct(tx: WriteSession, wanted: Deduction, *, at: datetime) -> Restraint:
    """Move what an authority's order keeps, or a part of it, to an account of this bank.

    At most what the order holds by its rank at this moment. An order over an amount keeps that much
    less afterwards and is executed when nothing is left of it.

    Raises `UnknownAccount` (either account), `UnknownRestraint`, `RestraintEnded`,
    `OrderMalformed`, `NotDeductible`, and what the ledger refuses of the other account.
    """
    row, found = await standing_one(tx, wanted.account_id, wanted.restraint_id, at=at)
    order = restraint_of(found, row.currency).order
    words = replace(order, document_number=wanted.document_number, reason=wanted.reason)
    words = clean_order(words, currency=row.currency, at=None)
    to = await by_number(tx, wanted.to_number, currency=row.currency)
    source = ledger.AccountId(row.ledger_account_id)
    await ledger.lock(tx, [source, to.ledger_account_id])
    may = order.authority is not Authority.BANK and order.stop is not Stop.CREDIT
    available = Money(await _held(tx, row, found, at=at) if may else 0, row.currency)
    if (
        wanted.amount.currency != row.currency
        or not 0 < wanted.amount.minor <= available.minor
        or to.id == row.id
    ):
        raise NotDeductible(available=str(available))
    # The accounts are locked until the transaction ends: nobody else sees the source without its
    # restraints, which `follow` puts back.
    await ledger.restrict(tx, [ledger.Restriction(source, ledger.AccountStatus.ACTIVE)])
    transaction_id = await _book(tx, wanted, source, to, words.document_number, at=at)
    await _note(tx, row, found, wanted, words, transaction_id, at=at)
    if found.amount_minor == 0:
        await end(tx, row, found, Ending.EXECUTED, at=at)
    await follow(tx, row, at=at, by=wanted.deducted_by, reason=words.reason)
    return restraint_of(found, row.currency)


async def _book(
    tx: WriteSession,
    wanted: Deduction,
    source: ledger.AccountId,
    to: DepositAccount,
    document_number: str,
    *,
    at: datetime,
) -> UUID:
    posting = ledger.NewPosting(debit=source, credit=to.ledger_account_id, amount=wanted.amount)
    deduction = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=DEDUCTION_TYPE,
        postings=(posting,),
        reference=document_number,
        metadata={"restraint_id": str(wanted.restraint_id)},
    )
    (result,) = await ledger.post(tx, [deduction], at=at)
    result.raise_for_refusal()
    return deduction.id


async def _note(
    tx: WriteSession,
    row: AccountRow,
    found: RestraintRow,
    wanted: Deduction,
    words: Order,
    transaction_id: UUID,
    *,
    at: datetime,
) -> None:
    """Write down what was deducted and what the order keeps yet."""
    if found.amount_minor is not None:
        found.amount_minor -= wanted.amount.minor
    tx.add(
        RestraintStepRow(
            id=new_id(),
            restraint_id=found.id,
            step="deducted",
            amount_minor=wanted.amount.minor,
            document_number=words.document_number,
            reason=words.reason,
            by_id=wanted.deducted_by,
            approved_by=wanted.approved_by,
            transaction_id=transaction_id,
            taken_at=at,
        )
    )
    await tx.flush()
    deducted = AmountDeducted(
        account_id=row.id,
        party_id=row.party_id,
        restraint_id=found.id,
        amount=wanted.amount,
        left=None if found.amount_minor is None else Money(found.amount_minor, row.currency),
        transaction_id=transaction_id,
    )
    await outbox.append(tx, [deducted], at=at)


async def _held(tx: WriteSession, row: AccountRow, found: RestraintRow, *, at: datetime) -> int:
    """Return what the restraint holds by its rank, in minor units."""
    room = (await ledger.balance(tx, ledger.AccountId(row.ledger_account_id))).room
    assert room is not None, "a deposit account has a limit"
    rows = await restraint_rows(tx, [row.id])
    restraints = [restraint_of(each, row.currency) for each in rows]
    return effective(restraints, room=room, at=at).get(found.id, 0)
