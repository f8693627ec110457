"""Opening and closing tills, and the codes they show."""

from collections.abc import Collection as Some
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, encode_cursor
from tongbao.products.collecting.domain.errors import TillClosed, UnknownTill
from tongbao.products.collecting.domain.texts import clean
from tongbao.products.collecting.domain.tills import (
    CITY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Till,
    clean_latin,
    code_of,
)
from tongbao.products.collecting.models import TillRow
from tongbao.products.collecting.service.rows import (
    before,
    own_account,
    own_till,
    till_of,
    till_row,
)


async def open_till(
    tx: WriteSession,
    *,
    account_id: UUID,
    name: str,
    latin_name: str,
    latin_city: str,
    category_code: str,
    opened_by: Actor,
    at: datetime,
) -> Till:
    """Open a till that collects into an own account; its code can be printed at once.

    `category_code` is the merchant's of ISO 18245, four digits. Raises `accounts.UnknownAccount`,
    `auth.Forbidden`, `AccountNotUsable`, `TextMalformed`, `emvco.QrMalformed` where all of it
    together does not fit into a code.
    """
    account = await own_account(tx, account_id, opened_by)
    till = Till(
        id=new_id(),
        party_id=account.party_id,
        account_id=account.id,
        currency=account.currency,
        name=clean(name, field="name", length_max=NAME_LENGTH_MAX),
        latin_name=clean_latin(latin_name, field="latin_name", length_max=NAME_LENGTH_MAX),
        latin_city=clean_latin(latin_city, field="latin_city", length_max=CITY_LENGTH_MAX),
        category_code=category_code,
        opened_at=at,
    )
    code_of(till)
    await tx.execute(
        insert(TillRow).values(
            id=till.id,
            party_id=till.party_id,
            account_id=till.account_id,
            currency=till.currency,
            name=till.name,
            latin_name=till.latin_name,
            latin_city=till.latin_city,
            category_code=till.category_code,
            opened_by=opened_by.id,
            opened_at=at,
        )
    )
    return till


async def close_till(tx: WriteSession, *, till_id: UUID, closed_by: Actor, at: datetime) -> Till:
    """Close a till; harmless for one that is closed. Raises `UnknownTill`, `auth.Forbidden`."""
    row = await own_till(tx, till_id, closed_by)
    row.closed_at = row.closed_at or at
    await tx.flush()
    return till_of(row)


async def get_till(tx: ReadSession, till_id: UUID, *, visible_to: Some[UUID] | None = None) -> Till:
    """Return a till of one of the parties, or of anybody's if None. Raises `UnknownTill`."""
    row = await till_row(tx, till_id)
    if visible_to is not None and row.party_id not in visible_to:
        raise UnknownTill
    return till_of(row)


async def list_tills(
    tx: ReadSession,
    *,
    among: Some[UUID] | None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Till]:
    """Return tills of some parties (None: all), newest first. Raises `kernel.page.BadCursor`."""
    query = select(TillRow).order_by(TillRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(TillRow.party_id.in_(list(among)))
    if (last := before(after)) is not None:
        query = query.where(TillRow.id < last)
    return Page[Till].of(
        [till_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda till: encode_cursor(till.id),
    )


async def till_code(tx: ReadSession, till_id: UUID, *, visible_to: Some[UUID] | None) -> str:
    """Return the text of the code that hangs at a till. Raises `UnknownTill`, `TillClosed`."""
    till = await get_till(tx, till_id, visible_to=visible_to)
    if till.closed_at is not None:
        raise TillClosed
    return code_of(till)
