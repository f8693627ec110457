"""Paying from customers' accounts to others here, many orders at a time.

Every gate is passed by the whole batch in one statement: who may pay, what the rules say, hooks,
limits, the orders' rows, the ledger, the events. A single transfer is a batch of one.

The gates are in one order for everybody, and each locks in one order, so that two batches wait for
each other and never in a circle: days' sums, accounts whose restraints are followed, counters of
limits, end-to-end ids, accounts of the ledger.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.payments.domain import AccountNotOpen, EndToEndIdUsed, Transfer
from tongbao.core.payments.domain.batches import (
    BatchRefused,
    NewTransfer,
)
from tongbao.core.payments.domain.fees import FeeKind
from tongbao.core.payments.service.alone import count_alone
from tongbao.core.payments.service.fees import FeeAsked, fee_postings, quote_fees
from tongbao.core.payments.service.judging import (
    Group,
    check_second_person,
    group_of,
    judge,
)
from tongbao.core.payments.service.knowing import Item
from tongbao.core.payments.service.limiting import TRANSFER, use_of
from tongbao.core.payments.service.payees import asks_nothing, require_step_ups
from tongbao.core.payments.service.preparing import Prepared, prepare
from tongbao.core.payments.service.screening import screened
from tongbao.core.payments.service.settling import CameUp, settle, written
from tongbao.core.payments.service.storing import rejected, store, store_rejected, tell
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession, attempt
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.risk.limits import service as limits

TRANSACTION_TYPE = "payments.transfer"

Outcome = Transfer | TongbaoError
"""A stored order, settled or rejected; or why an order was not worth storing."""
Foresee = Callable[[Sequence[Transfer]], Awaitable[object]]


async def _nobody(_orders: Sequence[Transfer]) -> None:
    """Foresee nothing."""


async def execute(
    tx: WriteSession,
    orders: Sequence[NewTransfer],
    *,
    initiated_by: Actor | Sequence[Actor],
    approved_by: Actor | None = None,
    at: datetime,
    atomic: bool = False,
    without_step_up: bool = False,
    operation: str = TRANSFER,
    foresee: Foresee = _nobody,
) -> list[Outcome]:
    """Pay a batch of orders in their order; return what became of each, in the same order.

    An order that breaks a rule is stored as rejected and returned with its `refusal`. What is not
    an order at all (see `transfer` for the list) is returned as its error, and nothing is stored.
    Each is judged as if those before it had been paid; an end-to-end id serves once in a batch.

    Args:
        tx: the caller's transaction; what the orders touch stays locked until it ends.
        orders: 1 to `BATCH_MAX`, each with another id.
        initiated_by: who pays: one for all, or one for each.
        approved_by: the second person, where the initiator may not pay so much alone.
        at: the booking moment.
        atomic: all or nothing. If anything is refused, nothing is stored, and what nothing was
            wrong with has the error `BatchRefused`.
        without_step_up: what is large or goes to a new payee was confirmed in another way.
        operation: what the limits know the payments by.
        foresee: hears once what will become of the orders if nothing comes up any more, when all is
            judged and written and before limits, orders or the ledger lock anything: what it makes
            of them, or waits for, keeps nobody waiting. If it is so, the very same ones are
            returned.
    """
    prepared = await prepare(tx, orders, initiated_by=initiated_by, at=at)
    return await carry_out(
        tx,
        prepared,
        approved_by=approved_by,
        atomic=atomic,
        without_step_up=without_step_up,
        operation=operation,
        foresee=foresee,
    )


async def carry_out(
    tx: WriteSession,
    prepared: Prepared,
    *,
    approved_by: Actor | None = None,
    atomic: bool = False,
    without_step_up: bool = False,
    operation: str = TRANSFER,
    foresee: Foresee = _nobody,
) -> list[Outcome]:
    """Do the rest of `execute`, once; arguments and outcomes are as there."""
    items = prepared.items
    confirmed = without_step_up or approved_by is not None
    batch = _Batch(
        tx,
        items,
        approved_by,
        prepared.at,
        confirmed=confirmed,
        operation=operation,
        foresee=foresee,
    )
    if not atomic:
        await batch.run()
        return [_outcome(item) for item in items]
    async with attempt(tx) as attempted:
        await batch.run()
        if all(item.stands for item in items):
            return [_outcome(item) for item in items]
        attempted.undo()
    return [BatchRefused() if item.stands else _outcome(item) for item in items]


def _outcome(item: Item) -> Outcome:
    if item.fault is not None:
        return item.fault
    assert item.order is not None
    return item.order


class _Batch:
    """One run of one batch; each step works on the orders that still stand."""

    def __init__(
        self,
        tx: WriteSession,
        items: Sequence[Item],
        approver: Actor | None,
        at: datetime,
        *,
        confirmed: bool,
        operation: str,
        foresee: Foresee,
    ) -> None:
        self._tx = tx
        self._items = items
        self._approver = approver
        self._at = at
        self._confirmed = confirmed
        self._operation = operation
        self._foresee = foresee

    async def run(self) -> None:
        tx, at = self._tx, self._at
        counted = await check_second_person(tx, self._items, approver=self._approver, at=at)
        await judge(tx, self._standing(), at=at)
        await self._screen()
        told = await self._settle() if self._is_plain() else await self._step_by_step()
        await self._count(counted)
        untold = [item for item in self._items if item.fault is None and item not in told]
        await tell(tx, [item.order for item in untold if item.order], at=at)

    def _is_plain(self) -> bool:
        """Tell whether the orders that stand need nothing but room, unused ids and money."""
        items = self._standing()
        orders = [item.sides[3] for item in items]
        return (
            0 < len(items) == len({(each.debtor_account_id, each.end_to_end_id) for each in orders})
            and not any(item.may_cost for item in items)
            and all(
                item.creditor.currency == item.new.amount.currency
                for item in items
                if item.creditor
            )
            and all(each.amount.minor <= ledger.AMOUNT_MAX_MINOR for each in orders)
            and (self._confirmed or asks_nothing(items, at=self._at))
        )

    async def _settle(self) -> set[Item]:
        """Do all of it in one statement; what came up goes the long way. Return who is told."""
        items = self._standing()
        settlement = written(
            items,
            uses=self._uses(items),
            transactions=[_transaction(item, ()) for item in items],
            at=self._at,
        )
        await self._foresee(settlement.orders)
        came_up = await settle(self._tx, settlement)
        if came_up in {CameUp.LIMITS, CameUp.END_TO_END_IDS}:
            await self._book(await self._store())
            return set()
        await self._reject([item for item in items if item.refusal is not None])
        settled = set(items)
        await self._write([item for item in self._items if item not in settled])
        return settled if came_up is None else set()

    async def _step_by_step(self) -> set[Item]:
        await self._foresee([item.sides[3] for item in self._standing()])
        await self._reserve()
        if not self._confirmed:
            await self._confirm()
        await self._reach()
        await self._price()
        await self._book(await self._store())
        return set()

    def _standing(self) -> list[Item]:
        return [item for item in self._items if item.stands]

    async def _screen(self) -> None:
        items = self._standing()
        refusals = await screened(self._tx, [item.sides[3] for item in items], at=self._at)
        for item, refusal in zip(items, refusals, strict=True):
            item.refusal = refusal

    async def _reserve(self) -> None:
        """Use limits; a payment that a second person approves uses them on that person's way."""
        items = self._standing()
        if not items:
            return
        reserved = await limits.reserve(self._tx, self._uses(items), at=self._at)
        for item, reservation in zip(items, reserved, strict=True):
            item.refusal = reservation.error

    def _uses(self, items: Sequence[Item]) -> list[limits.Use]:
        uses = []
        for item in items:
            debtor, payer, _, order = item.sides
            who = self._approver or item.maker
            uses.append(
                use_of(order, debtor=debtor, payer=payer, actor=who, operation=self._operation)
            )
        return uses

    async def _confirm(self) -> None:
        """Spend the step-ups that are due; without one the limits are free again."""
        items = self._standing()
        await require_step_ups(self._tx, items, at=self._at)
        await self._release([item for item in items if item.fault is not None])

    async def _reach(self) -> None:
        """Open the pocket that a wallet does not have yet."""
        for item in self._standing():
            _, _, creditor, order = item.sides
            currency = order.amount.currency
            if creditor.currency == currency:
                continue
            try:
                reached = await accounts.reached(
                    self._tx,
                    await accounts.get(self._tx, creditor.id),
                    currency=currency,
                    at=self._at,
                )
            except accounts.AccountClosed:
                item.refusal = AccountNotOpen(account_number=creditor.number)
                await self._release([item])
            else:
                item.creditor = creditor._replace(
                    id=reached.id,
                    currency=currency,
                    ledger_account_id=reached.ledger_account_id,
                )
                item.order = replace(order, creditor_account_id=reached.id)

    async def _price(self) -> None:
        """Find what each payment costs; the tables are read once for all of them."""
        items = self._standing()
        if not items:
            return
        asked = []
        for item in items:
            _, payer, _, order = item.sides
            asked.append(FeeAsked(FeeKind.BOOK_TRANSFER, order.amount, payer.kind.value))
        quotes = await quote_fees(self._tx, asked, at=self._at)
        for item, fee in zip(items, quotes, strict=True):
            item.fee = fee
            if fee.total.minor:
                item.order = replace(item.sides[3], fee_minor=fee.total.minor)

    async def _store(self) -> list[Item]:
        """Write the orders before the money moves: the unique index decides between two at once.

        Of two of one batch with the same id the first has it, whatever the ledger says of it then.
        Returns those that are written as settled.
        """
        taken: set[tuple[UUID, str]] = set()
        again = []
        for item in self._standing():
            order = item.sides[3]
            assert order.debtor_account_id is not None
            key = (order.debtor_account_id, order.end_to_end_id)
            if key in taken:
                again.append(item)
                item.fault = EndToEndIdUsed(end_to_end_id=order.end_to_end_id)
            taken.add(key)
        again += await self._write(self._items)
        await self._release(again)
        return self._standing()

    async def _write(self, items: Sequence[Item]) -> list[Item]:
        """Write orders as settled, or rejected; return those whose end-to-end id is used."""
        for item in items:
            if item.refusal is not None and item.order is not None:
                item.order = rejected(item.order, item.refusal)
        used = await store(
            self._tx, [item.order for item in items if item.order and not item.fault]
        )
        again = [item for item in items if item.new.id in used and item.order is not None]
        for item in again:
            item.fault = EndToEndIdUsed(end_to_end_id=item.sides[3].end_to_end_id)
        return again

    async def _book(self, items: Sequence[Item]) -> None:
        """Move the money; what the ledger refuses is a rejection."""
        if not items:
            return
        fees = [(item.fee, item.sides[0].ledger_account_id) for item in items if item.fee]
        added = iter(await fee_postings(self._tx, fees, at=self._at))
        new = [_transaction(item, next(added) if item.fee else ()) for item in items]
        results = await ledger.post(self._tx, new, at=self._at)
        refused = []
        for item, result in zip(items, results, strict=True):
            if result.error is not None:
                item.refusal = result.error
                item.order = rejected(item.sides[3], result.error)
                refused.append(item)
        await self._reject(refused)

    async def _reject(self, refused: Sequence[Item]) -> None:
        """Say of orders that are written as settled that the ledger refused them."""
        await self._release(refused)
        await store_rejected(self._tx, [item.sides[3] for item in refused])

    async def _count(self, counted: set[Group]) -> None:
        """Add what is paid to the days' sums of those who paid it without a second person."""
        if not counted:
            return
        sums: defaultdict[Group, int] = defaultdict(int)
        makers: dict[Group, Actor] = {}
        for item in self._standing():
            if (group := group_of(item)) in counted:
                sums[group] += item.new.amount.minor
                makers[group] = item.maker
        for group, minor in sums.items():
            amount = Money(minor, group[2])
            await count_alone(
                self._tx, party_id=group[0], amount=amount, actor=makers[group], at=self._at
            )

    async def _release(self, items: Sequence[Item]) -> None:
        if items:
            await limits.release(self._tx, [item.new.id for item in items], at=self._at)


def _transaction(item: Item, fee: Sequence[ledger.NewPosting]) -> ledger.NewTransaction:
    """Return the booking of a payment, and of its fee with it: both or neither.

    It has the payment's own id, so no payment is booked twice.
    """
    debtor, _, creditor, order = item.sides
    assert order.transaction_id is not None
    metadata = accounts.fees_from(2 if fee else None)
    if item.new.end_to_end_id is not None:
        metadata["end_to_end_id"] = order.end_to_end_id
    return ledger.NewTransaction(
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
            *fee,
        ),
        reference=order.remittance or order.end_to_end_id,
        metadata=metadata,
    )
