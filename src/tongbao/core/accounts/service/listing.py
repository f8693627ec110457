"""The movements of an account as its holder sees them: all, or those that are looked for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from tongbao.core.accounts.domain import (
    AccountEntry,
    Counterparty,
    DepositAccount,
)
from tongbao.core.accounts.domain.categories import category_of, movement_type
from tongbao.core.accounts.domain.filtering import EntryFilter
from tongbao.core.accounts.service.reading import by_ledger_accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao.kernel.clock import midnight
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, Page

STEPS_MAX: Final = 5
"""Steps of `PAGE_LIMIT_MAX` entries that one page reads to find what is looked for."""

_ALL: Final = EntryFilter()
_DAY: Final = timedelta(days=1)


async def entries(
    tx: ReadSession,
    account: DepositAccount,
    *,
    wanted: EntryFilter = _ALL,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[AccountEntry]:
    """Return the movements of an account, the latest booked first.

    Nothing is masked: it is the holder's own account, with the number and name of the customer on
    the other side. Times and amounts are found by index; for a category or a text entries are
    read, at most 1,000 a page, so such a page may be short, even empty, while its `next` leads on.

    Raises `kernel.page.BadCursor`.
    """
    if wanted == _ALL:
        page = await ledger.entries(tx, account.ledger_account_id, after=after, limit=limit)
        shown = await _shown(tx, account, page.items)
        return Page[AccountEntry](items=shown, next=page.next)
    if wanted.reads:
        return await _looked_for(tx, account, wanted, after=after, limit=limit)
    page = await ledger.find_entries(
        tx, account.ledger_account_id, _criteria(wanted), after=after, limit=limit
    )
    return Page[AccountEntry](items=await _shown(tx, account, page.items), next=page.next)


async def counterparties(
    tx: ReadSession, ledger_account_ids: Collection[UUID]
) -> Mapping[UUID, Counterparty]:
    """Return the customers among some ledger accounts, by the ledger account's id."""
    others = await by_ledger_accounts(tx, ledger_account_ids)
    names: dict[UUID, str] = {}
    unnamed = iter({other.party_id for other in others.values()})
    while some := list(islice(unnamed, PAGE_LIMIT_MAX)):
        names.update(await parties.names(tx, some))
    return {
        ledger_id: Counterparty(number=other.number, name=names[other.party_id])
        for ledger_id, other in others.items()
    }


async def _looked_for(
    tx: ReadSession,
    account: DepositAccount,
    wanted: EntryFilter,
    *,
    after: str | None,
    limit: int,
) -> Page[AccountEntry]:
    found: list[ledger.Entry] = []
    following = after
    for _ in range(STEPS_MAX):
        page = await ledger.find_entries(
            tx,
            account.ledger_account_id,
            _criteria(wanted),
            after=following,
            limit=PAGE_LIMIT_MAX,
        )
        found += await _wanted(tx, wanted, page.items)
        following = page.next
        if following is None or len(found) > limit:
            break
    if len(found) > limit:
        found = found[:limit]
        following = ledger.cursor_after(found[-1])
    return Page[AccountEntry](items=await _shown(tx, account, found), next=following)


async def _wanted(
    tx: ReadSession, wanted: EntryFilter, read: Sequence[ledger.Entry]
) -> list[ledger.Entry]:
    """Choose among entries; the other sides are looked up where a text may be in their names."""
    others = (
        await counterparties(tx, {entry.counter_account_id for entry in read})
        if wanted.text
        else {}
    )

    def texts(entry: ledger.Entry) -> tuple[str | None, ...]:
        other = others.get(entry.counter_account_id)
        return (entry.reference, *((other.name, other.number) if other else ()))

    return [entry for entry in read if wanted.wants(category_of(_type(entry)), texts(entry))]


def _type(entry: ledger.Entry) -> str:
    return movement_type(entry.type, ordinal=entry.ordinal, metadata=entry.metadata)


def _criteria(wanted: EntryFilter) -> ledger.Criteria:
    first, last = wanted.booked_from, wanted.booked_to
    return ledger.Criteria(
        booked_from=None if first is None else midnight(first),
        booked_until=None if last is None else midnight(last + _DAY),
        amount_min=wanted.amount_min,
        amount_max=wanted.amount_max,
        direction=wanted.direction,
    )


async def _shown(
    tx: ReadSession, account: DepositAccount, found: Sequence[ledger.Entry]
) -> list[AccountEntry]:
    others = await counterparties(tx, {entry.counter_account_id for entry in found})

    def money(minor: int) -> Money:
        return Money(minor, account.currency)

    return [
        AccountEntry(
            transaction_id=entry.transaction_id,
            sequence=entry.sequence,
            type=_type(entry),
            direction=entry.direction,
            amount=money(entry.amount),
            balance_after=None if entry.balance_after is None else money(entry.balance_after),
            booked_at=entry.booked_at,
            effective_on=entry.effective_on,
            reference=entry.reference,
            counterparty=others.get(entry.counter_account_id),
        )
        for entry in found
    ]
