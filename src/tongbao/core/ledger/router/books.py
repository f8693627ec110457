"""`/api/v1/ledger`: the ledger for staff and services. Customers see theirs through `/accounts`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.core.ledger import service
from tongbao.core.ledger.router.posting import book_together
from tongbao.core.ledger.schemas import (
    AccountIn,
    AccountOut,
    AssetIn,
    AssetOut,
    BatchIn,
    BatchOut,
    PeriodIn,
    PeriodOut,
    PostingResultOut,
    ResolutionIn,
    StatusIn,
    TransactionIn,
    TransactionOut,
    VoidIn,
)
from tongbao.core.ledger.service import (
    Account,
    AccountId,
    NewTransaction,
    PostingResult,
    TransactionId,
)
from tongbao.infra.auth import require
from tongbao.infra.db import ReadSession, WriteSession, undone
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router, together
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import parse_minor

api = router(prefix="/api/v1/ledger", tags=["ledger"])

MAY_READ = [Depends(require("ledger:read"))]
MAY_POST = [Depends(require("ledger:post"))]
MAY_MANAGE = [Depends(require("ledger:manage"))]

BOOKED_BEFORE: dict[int | str, dict[str, object]] = {
    200: {"model": PostingResultOut, "description": "It had been booked before"}
}
DryRun = Annotated[bool, Query(description="Only say what would become of it; nothing is booked")]


@dataclass(frozen=True, slots=True)
class _Booking:
    """What every route that books one transaction asks for."""

    tx: WriteTx
    at: Instant
    language: RequestLanguage
    response: Response

    async def post(self, new: NewTransaction, *, dry_run: bool = False) -> PostingResultOut:
        """Book it and say so; 200 and a header for what had been booked before."""
        book = _tried if dry_run else service.post
        (result,) = await book(self.tx, [new], at=self.at)
        result.raise_for_refusal()
        if result.status == "duplicate":
            self.response.status_code = status.HTTP_200_OK
            self.response.headers["Idempotency-Replayed"] = "true"
        if not dry_run:
            self.response.headers["Location"] = f"/api/v1/ledger/transactions/{new.id}"
        return PostingResultOut.of(new, result, self.language)


Booking = Annotated[_Booking, Depends()]


# The busiest address comes first: routes are tried in order.
@api.post(
    "/transactions",
    dependencies=MAY_POST,
    status_code=status.HTTP_201_CREATED,
    summary="Book a transaction",
    responses=BOOKED_BEFORE,
)
@together(book_together, asks=True)
async def post_transaction(
    body: TransactionIn, booking: Booking, *, dry_run: DryRun = False
) -> PostingResultOut:
    """Book one transaction, whole or not at all; the same id again moves nothing."""
    return await booking.post(body.to_domain(), dry_run=dry_run)


@api.get("/assets", dependencies=MAY_READ, summary="What can be counted")
async def list_assets(tx: ReadTx) -> list[AssetOut]:
    """Return every declared asset."""
    return [AssetOut.of(asset) for asset in await service.assets(tx)]


@api.post(
    "/assets",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_201_CREATED,
    summary="Declare an asset",
)
async def declare_asset(body: AssetIn, tx: WriteTx) -> AssetOut:
    """Declare a fund's units, points or the like; currencies of ISO 4217 need no declaring."""
    return AssetOut.of(await service.declare_asset(tx, symbol=body.symbol, scale=body.scale))


@api.post(
    "/accounts",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_201_CREATED,
    summary="Open an account",
)
async def open_account(body: AccountIn, tx: WriteTx, at: Instant) -> AccountOut:
    """Open an account with zero balance."""
    scale = int(body.asset.rpartition("/")[2])
    opened = await service.open_account(
        tx,
        asset=body.asset,
        category=body.category,
        code=body.code,
        name=body.name,
        overdraft=None if body.overdraft is None else parse_minor(body.overdraft, scale),
        at=at,
    )
    return await _account(tx, opened)


@api.get("/accounts/{account_id}", dependencies=MAY_READ, summary="An account and its balance")
async def read_account(account_id: UUID, tx: ReadTx) -> AccountOut:
    """Return an account with posted, pending and available balance of one moment."""
    return await _account(tx, await service.account(tx, AccountId(account_id)))


@api.put("/accounts/{account_id}/status", dependencies=MAY_MANAGE, summary="Freeze, release, close")
async def change_status(account_id: UUID, body: StatusIn, tx: WriteTx) -> AccountOut:
    """Give an account another status."""
    changed = await service.change_status(tx, account_id=AccountId(account_id), status=body.status)
    return await _account(tx, changed)


@api.post(
    "/transactions/{transaction_id}/capture",
    dependencies=MAY_POST,
    status_code=status.HTTP_201_CREATED,
    summary="Capture a pending transaction",
    responses=BOOKED_BEFORE,
)
async def capture(transaction_id: UUID, body: ResolutionIn, booking: Booking) -> PostingResultOut:
    """Move what a pending transaction holds, all or the parts named; the rest is released."""
    new = await service.capture(
        booking.tx,
        transaction_id=TransactionId(body.id),
        pending_id=TransactionId(transaction_id),
        amounts=body.amounts(),
        reference=body.reference,
    )
    return await booking.post(new)


@api.post(
    "/transactions/{transaction_id}/void",
    dependencies=MAY_POST,
    status_code=status.HTTP_201_CREATED,
    summary="Void a pending transaction",
    responses=BOOKED_BEFORE,
)
async def void(transaction_id: UUID, body: VoidIn, booking: Booking) -> PostingResultOut:
    """Release all that a pending transaction holds."""
    new = service.void(
        transaction_id=TransactionId(body.id),
        pending_id=TransactionId(transaction_id),
        reference=body.reference,
    )
    return await booking.post(new)


@api.post(
    "/transactions/{transaction_id}/reversal",
    dependencies=MAY_POST,
    status_code=status.HTTP_201_CREATED,
    summary="Reverse a transaction",
    responses=BOOKED_BEFORE,
)
async def reverse(transaction_id: UUID, body: ResolutionIn, booking: Booking) -> PostingResultOut:
    """Move back what a transaction moved, all or the parts named; never more than it moved."""
    new = await service.reversal(
        booking.tx,
        transaction_id=TransactionId(body.id),
        reverses_id=TransactionId(transaction_id),
        amounts=body.amounts(),
        reference=body.reference,
    )
    return await booking.post(new)


@api.post("/batches", dependencies=MAY_POST, summary="Book a batch")
async def post_batch(
    body: BatchIn,
    tx: WriteTx,
    at: Instant,
    language: RequestLanguage,
    *,
    dry_run: DryRun = False,
) -> BatchOut:
    """Book transactions in order, each on its own or all or none; each has its result."""
    batch = [item.to_domain() for item in body.transactions]
    book = _tried if dry_run else service.post
    results = await book(tx, batch, at=at, atomic=body.atomic)
    return BatchOut(
        results=[
            PostingResultOut.of(new, result, language)
            for new, result in zip(batch, results, strict=True)
        ]
    )


@api.get("/transactions/{transaction_id}", dependencies=MAY_READ, summary="A booked transaction")
async def read_transaction(transaction_id: UUID, tx: ReadTx) -> TransactionOut:
    """Return a transaction with its postings."""
    return TransactionOut.of(await service.transaction(tx, transaction_id))


@api.get(
    "/transactions/{transaction_id}/accounts",
    dependencies=MAY_READ,
    summary="The accounts of a transaction",
)
async def list_accounts_of_transaction(transaction_id: UUID, tx: ReadTx) -> list[AccountOut]:
    """Return the accounts a transaction moved or held money on, with their balances now.

    Problems: `ledger.transaction_not_found`.
    """
    await service.transaction(tx, transaction_id)
    found = await service.accounts(tx, list(await service.touched(tx, [transaction_id])))
    balances = await service.balances(tx, [each.id for each in found])
    return [AccountOut.of(each, balances[each.id]) for each in found]


async def _account(tx: ReadSession, account: Account) -> AccountOut:
    return AccountOut.of(account, await service.balance(tx, account.id))


async def _tried(
    tx: WriteSession, batch: list[NewTransaction], *, at: datetime, atomic: bool = False
) -> list[PostingResult]:
    """Return what would become of a batch; the sequence numbers are given to somebody else."""
    async with undone(tx):
        results = await service.post(tx, batch, at=at, atomic=atomic)
    return [result._replace(sequence=None) for result in results]


@api.get("/periods", dependencies=MAY_READ, summary="Accounting periods")
async def list_periods(tx: ReadTx) -> list[PeriodOut]:
    """Return the accounting periods, the latest first; days that none covers are open."""
    return [PeriodOut.of(period) for period in await service.periods(tx)]


@api.post(
    "/periods",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_201_CREATED,
    summary="Declare an accounting period",
)
async def declare_period(body: PeriodIn, tx: WriteTx) -> PeriodOut:
    """Declare a period that no other overlaps."""
    declared = await service.declare_period(tx, starts_on=body.starts_on, ends_on=body.ends_on)
    return PeriodOut.of(declared)


@api.put("/periods/{starts_on}/closing", dependencies=MAY_MANAGE, summary="Close a period")
async def close_period(starts_on: IsoDate, tx: WriteTx, at: Instant) -> PeriodOut:
    """Close a period for ever: nothing is effective in it any more."""
    return PeriodOut.of(await service.close_period(tx, starts_on=starts_on, at=at))
