"""`/api/v1/accounts`: customers open and read their own, staff those of everybody.

An account the caller may not see is answered exactly like one that does not exist.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.core.accounts import service
from tongbao.core.accounts.domain import DepositAccountStatus
from tongbao.core.accounts.router import exporting
from tongbao.core.accounts.router.access import READ_ANY, visible
from tongbao.core.accounts.router.filtering import EntriesAsked
from tongbao.core.accounts.schemas import (
    AccountEntryOut,
    BalanceOut,
    DepositAccountOut,
    NewAccount,
    StatusReason,
)
from tongbao.core.parties.service import UnknownParty
from tongbao.infra.auth import Actor, CurrentActor, require
from tongbao.infra.db import WriteSession
from tongbao.infra.web import Instant, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

OPEN_ANY = "accounts:open_any"
OPEN_OWN = require("accounts:open")
MAY_RESTRICT = [Depends(require("accounts:restrict_any"))]
MAY_CLOSE = [Depends(require("accounts:close_any"))]

api = router(prefix="/api/v1/accounts", tags=["accounts"])
api.include_router(exporting.api)

After = Annotated[str | None, Query(max_length=1_000, description="`next` of the page before")]


@api.post("", summary="Open a current account", status_code=status.HTTP_201_CREATED)
async def open_account(
    body: NewAccount, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> DepositAccountOut:
    """Open an account that can never be overdrawn, for one's own party or, as staff, for any.

    Problems: `parties.unknown_party`, `money.unknown_currency`. Needs the permission
    `accounts:open` for an own party, `accounts:open_any` for others.
    """
    if not actor.may(OPEN_ANY):
        unknown = UnknownParty(party_id=body.party_id)
        OPEN_OWN.check(actor).check(OPEN_OWN.permission, party_id=body.party_id, unknown=unknown)
    account = await service.open_account(tx, party_id=body.party_id, currency=body.currency, at=at)
    response.headers["Location"] = f"{api.prefix}/{account.id}"
    return DepositAccountOut.of(account)


@api.get("", summary="Accounts, the latest opened first")
async def list_accounts(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: Annotated[UUID | None, Query(description="Only accounts of this party")] = None,
    after: After = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[DepositAccountOut]:
    """Return the accounts the caller may see: of their own parties, or all with the permission.

    Problems: `page.bad_cursor`. The permission is `accounts:read_any`.
    """
    among = None if actor.may(READ_ANY) else actor.party_ids
    if party_id is not None:
        among = frozenset({party_id}) if among is None else among & {party_id}
    page = await service.list_accounts(tx, among=among, after=after, limit=limit)
    return Page[DepositAccountOut](
        items=[DepositAccountOut.of(each) for each in page.items], next=page.next
    )


@api.get("/{account_id}", summary="One account")
async def get_account(account_id: UUID, tx: ReadTx, actor: CurrentActor) -> DepositAccountOut:
    """Return an account.

    Problems: `accounts.unknown_account`.
    """
    return DepositAccountOut.of(await visible(tx, actor, account_id))


@api.get("/{account_id}/balance", summary="What is on an account")
async def get_balance(account_id: UUID, tx: ReadTx, actor: CurrentActor) -> BalanceOut:
    """Return the booked and the available balance of this moment.

    Problems: `accounts.unknown_account`.
    """
    account = await visible(tx, actor, account_id)
    return BalanceOut.of(await service.balance(tx, account.id))


@api.get("/{account_id}/entries", summary="An account's entries, newest first")
async def list_entries(
    account_id: UUID, asked: EntriesAsked, tx: ReadTx, actor: CurrentActor
) -> Page[AccountEntryOut]:
    """Return the movements that meet every filter given: a credit is money in, a debit money out.

    A page looked for by text or category may be short, even empty, while its `next` leads on.

    Problems: `accounts.unknown_account`, `page.bad_cursor`, `money.malformed_amount`.
    """
    account = await visible(tx, actor, account_id)
    page = await service.entries(
        tx, account.id, wanted=asked.of(account), after=asked.after, limit=asked.limit
    )
    return Page[AccountEntryOut](
        items=[AccountEntryOut.of(entry) for entry in page.items], next=page.next
    )


@api.post("/{account_id}/freezing", summary="Freeze an account", dependencies=MAY_RESTRICT)
async def freeze(
    account_id: UUID, body: StatusReason, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DepositAccountOut:
    """Let an account neither pay nor receive until it is released.

    Problems: `accounts.unknown_account`, `accounts.account_closed`. Needs the permission
    `accounts:restrict_any`.
    """
    return await _change(tx, actor, account_id, DepositAccountStatus.FROZEN, body.reason, at)


@api.post("/{account_id}/release", summary="Release a frozen account", dependencies=MAY_RESTRICT)
async def release(
    account_id: UUID, body: StatusReason, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DepositAccountOut:
    """Let an account pay and receive again.

    Problems: `accounts.unknown_account`, `accounts.account_closed`. Needs the permission
    `accounts:restrict_any`.
    """
    return await _change(tx, actor, account_id, DepositAccountStatus.OPEN, body.reason, at)


@api.post("/{account_id}/closing", summary="Close an empty account", dependencies=MAY_CLOSE)
async def close(
    account_id: UUID, body: StatusReason, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DepositAccountOut:
    """Close an account for good; there must be nothing on it.

    Problems: `accounts.unknown_account`, `ledger.status_refused`. Needs the permission
    `accounts:close_any`.
    """
    return await _change(tx, actor, account_id, DepositAccountStatus.CLOSED, body.reason, at)


async def _change(
    tx: WriteSession,
    actor: Actor,
    account_id: UUID,
    status: DepositAccountStatus,
    reason: str,
    at: datetime,
) -> DepositAccountOut:
    changed = await service.change_status(
        tx, account_id=account_id, status=status, reason=reason, changed_by=actor.id, at=at
    )
    return DepositAccountOut.of(changed)
