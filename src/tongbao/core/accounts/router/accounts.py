"""Opening accounts and reading what is on them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from tongbao.core.accounts import service
from tongbao.core.accounts.router.filtering import EntriesAsked
from tongbao.core.accounts.router.seeing import READ_ANY, shown, shown_one, visible
from tongbao.core.accounts.schemas import (
    AccountEntryOut,
    BalanceOut,
    DepositAccountOut,
    NewAccount,
    PocketOut,
    PocketsOut,
)
from tongbao.core.accounts.schemas.overview import AccountsOverviewOut
from tongbao.core.parties.service import UnknownParty
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

OPEN_ANY = "accounts:open_any"
OPEN_OWN = require("accounts:open")

api = router(prefix="/api/v1/accounts", tags=["accounts"])


@api.post("", summary="Open an account", status_code=status.HTTP_201_CREATED)
async def open_account(
    body: NewAccount,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    response: Response,
) -> DepositAccountOut:
    """Open an account that can never be overdrawn, for one's own party or, as staff, for any.

    Current accounts (firms and persons), savings accounts (persons) and wallets, each from a level
    of identification on. What is refused says what is missing and how to get it.

    Problems: `parties.unknown_party`, `money.unknown_currency`, `accounts.level_too_low`,
    `accounts.not_for_this_kind`, `accounts.currency_not_offered`, `accounts.too_many_accounts`,
    `accounts.party_not_active`, `accounts.class_not_possible`. Needs the permission
    `accounts:open` for an own party, `accounts:open_any` for others.
    """
    if not actor.may(OPEN_ANY):
        unknown = UnknownParty(party_id=body.party_id)
        OPEN_OWN.check(actor).check(OPEN_OWN.permission, party_id=body.party_id, unknown=unknown)
    account = await service.apply(
        tx,
        party_id=body.party_id,
        currency=body.currency,
        product=body.product,
        account_class=body.account_class,
        at=at,
    )
    response.headers["Location"] = f"{api.prefix}/{account.id}"
    return await shown_one(tx, account, language=language, at=at)


@api.get("", summary="Accounts, the latest opened first")
async def list_accounts(
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    party_id: Annotated[UUID | None, Query(description="Only accounts of this party")] = None,
    number: Annotated[
        str | None, Query(max_length=34, description="Only what is under this number")
    ] = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[DepositAccountOut]:
    """Return the accounts the caller may see: of their own parties, or all with the permission.

    Problems: `page.bad_cursor`. The permission is `accounts:read_any`.
    """
    among = actor.reach(READ_ANY, party_id)
    page = await service.list_accounts(tx, among=among, number=number, after=after, limit=limit)
    items = await shown(tx, page.items, language=language, at=at)
    return Page[DepositAccountOut](items=items, next=page.next)


@api.get("/overview", summary="All that one holds, at a glance")
async def read_overview(
    tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> AccountsOverviewOut:
    """Return the accounts of one's own parties with balances, trends and their sums.

    The fifty opened last, twelve of them with their trend. What all of it is worth in CNY is
    reckoned at reference rates, as long as there is one for each currency; it is for looking at,
    nothing is exchanged at them.
    """
    found = await service.overview(tx, among=actor.party_ids, at=at)
    accounts = [each.account for each in found.items]
    return AccountsOverviewOut.of(found, await shown(tx, accounts, language=language, at=at))


@api.get("/{account_id}", summary="One account")
async def get_account(
    account_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> DepositAccountOut:
    """Return an account with its class and what restrains it, in words.

    Problems: `accounts.unknown_account`.
    """
    account = await visible(tx, actor, account_id)
    return await shown_one(tx, account, language=language, at=at)


@api.get("/{account_id}/balance", summary="What is on an account")
async def get_balance(account_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant) -> BalanceOut:
    """Return what is booked, available and restrained at this moment.

    Problems: `accounts.unknown_account`.
    """
    account = await visible(tx, actor, account_id)
    return BalanceOut.of(await service.balance(tx, account.id, at=at))


@api.get("/{account_id}/pockets", summary="Every pocket of a wallet")
async def get_pockets(account_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant) -> PocketsOut:
    """Return all pockets under a wallet's number with what is in them, as of one moment.

    Any pocket's id will do; of another account it is the account alone.

    Problems: `accounts.unknown_account`.
    """
    account = await visible(tx, actor, account_id)
    items = [
        PocketOut(
            account_id=pocket.id,
            currency=pocket.currency,
            status=pocket.status,
            balance=BalanceOut.of(balance),
        )
        for pocket, balance in await service.pockets(tx, account.id, at=at)
    ]
    return PocketsOut(number=account.number, items=items)


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
        tx, account, wanted=asked.of(account), after=asked.after, limit=asked.limit
    )
    return Page[AccountEntryOut](
        items=[AccountEntryOut.of(entry) for entry in page.items], next=page.next
    )
