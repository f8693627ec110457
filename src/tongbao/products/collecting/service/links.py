"""Making, reading, paying and taking back payment links; those of tills are codes for one sale."""

from collections.abc import Collection as Some
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel import masking
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, encode_cursor
from tongbao.products.collecting.domain.collections import check_amount
from tongbao.products.collecting.domain.errors import TillClosed, UnknownLink
from tongbao.products.collecting.domain.links import (
    ORDER_LIFETIME,
    Link,
    LinkState,
    check_end,
    new_token,
)
from tongbao.products.collecting.domain.texts import clean
from tongbao.products.collecting.domain.tills import code_of
from tongbao.products.collecting.domain.views import PayPage
from tongbao.products.collecting.events import LinkEnded
from tongbao.products.collecting.models import LinkRow
from tongbao.products.collecting.service.collecting import Payer, Sale, check_payer, collect
from tongbao.products.collecting.service.rows import (
    COLLECT,
    before,
    link_of,
    locked_link,
    own_account,
    own_till,
    till_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link as its maker wants it; without `amount` the payer says how much."""

    account_id: UUID
    title: str
    amount: Money | None = None
    payments_max: int | None = 1
    expires_at: datetime
    reference: str | None = None


async def create_link(
    tx: WriteSession, wanted: NewLink, *, created_by: Actor, at: datetime
) -> Link:
    """Make a link that anybody who has it can pay.

    Raises `accounts.UnknownAccount`, `auth.Forbidden`, `AccountNotUsable`, `TextMalformed`,
    `AmountNotPositive`, `CurrencyNotAllowed`, `TimeOutOfRange`.
    """
    account = await own_account(tx, wanted.account_id, created_by)
    check_end(wanted.expires_at, at=at)
    return await _store(tx, wanted, account, till_id=None, by=created_by, at=at)


async def create_order(
    tx: WriteSession,
    *,
    till_id: UUID,
    amount: Money,
    title: str,
    reference: str | None,
    created_by: Actor,
    at: datetime,
) -> tuple[Link, str]:
    """Make a code for one sale at a till, good for a quarter of an hour; return it with its text.

    Raises `UnknownTill`, `auth.Forbidden`, `TillClosed`, `AccountNotUsable`, `AmountNotPositive`,
    `CurrencyNotAllowed`, `TextMalformed`.
    """
    till = till_of(await own_till(tx, till_id, created_by))
    if till.closed_at is not None:
        raise TillClosed
    account = await own_account(tx, till.account_id, created_by)
    wanted = NewLink(
        account_id=account.id,
        title=title,
        amount=amount,
        payments_max=1,
        expires_at=at + ORDER_LIFETIME,
        reference=reference,
    )
    link = await _store(tx, wanted, account, till_id=till.id, by=created_by, at=at)
    return link, code_of(till, token=link.token, amount=amount)


async def _store(
    tx: WriteSession,
    wanted: NewLink,
    account: accounts.DepositAccount,
    *,
    till_id: UUID | None,
    by: Actor,
    at: datetime,
) -> Link:
    if wanted.amount is not None:
        check_amount(wanted.amount, currency=account.currency)
    link = Link(
        id=new_id(),
        token=new_token(),
        party_id=account.party_id,
        account_id=account.id,
        till_id=till_id,
        title=clean(wanted.title, field="title"),
        reference=wanted.reference,
        currency=account.currency,
        amount=wanted.amount,
        payments_max=wanted.payments_max,
        paid_count=0,
        state=LinkState.OPEN,
        expires_at=wanted.expires_at,
        created_at=at,
    )
    await tx.execute(
        insert(LinkRow).values(
            id=link.id,
            token=link.token,
            party_id=link.party_id,
            account_id=link.account_id,
            till_id=link.till_id,
            title=link.title,
            reference=link.reference,
            currency=link.currency,
            amount_minor=None if link.amount is None else link.amount.minor,
            payments_max=link.payments_max,
            paid_count=0,
            state=link.state.value,
            expires_at=link.expires_at,
            created_by=by.id,
            created_at=at,
        )
    )
    return link


async def pay_link(
    tx: WriteSession, *, token: str, amount: Money | None, payer: Payer, at: datetime
) -> payments.Transfer:
    """Pay a link, or the code of a sale; a payment that is rejected does not count.

    Who pays a link at the same moment waits, so that it is paid as often as it may be, and no more.
    Raises `UnknownLink`, `LinkEnded`, `AmountMissing`, `AmountFixed`, `AmountNotPositive`,
    `CurrencyNotAllowed`, and as `payments.transfer` does.
    """
    await check_payer(tx, payer)
    row = await locked_link(tx, LinkRow.token == token)
    link = link_of(row)
    link.check_open(at)
    sale = Sale(
        means=link.means,
        account_id=link.account_id,
        amount=link.due(amount),
        title=link.title,
        till_id=link.till_id,
        link_id=link.id,
        reference=link.reference,
    )
    paid = await collect(tx, sale, payer=payer, at=at)
    if paid.refusal is None:
        row.paid_count += 1
        if row.paid_count == row.payments_max:
            await end_link(tx, row, LinkState.COMPLETED, at=at)
        await tx.flush()
    return paid


async def cancel_link(
    tx: WriteSession, *, link_id: UUID, cancelled_by: Actor, at: datetime
) -> Link:
    """Take a link back, paid before or not. Raises `UnknownLink`, `auth.Forbidden`, `LinkEnded`."""
    row = await locked_link(tx, LinkRow.id == link_id)
    cancelled_by.check(COLLECT, party_id=row.party_id, unknown=UnknownLink())
    link_of(row).check_open(at)
    await end_link(tx, row, LinkState.CANCELLED, at=at)
    return link_of(row)


async def end_link(tx: WriteSession, row: LinkRow, state: LinkState, *, at: datetime) -> None:
    """End a link that is held, and tell of it."""
    row.state, row.ended_at = state.value, at
    await tx.flush()
    ended = LinkEnded.model_validate(
        {
            "link_id": row.id,
            "party_id": row.party_id,
            "outcome": state.value,
            "paid_count": row.paid_count,
        }
    )
    await outbox.append(tx, [ended], at=at)


async def get_link(tx: ReadSession, link_id: UUID, *, visible_to: Some[UUID] | None = None) -> Link:
    """Return a link of one of the parties, or of anybody's if None. Raises `UnknownLink`."""
    row = await tx.scalar(
        select(LinkRow).where(LinkRow.id == link_id).execution_options(populate_existing=True)
    )
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownLink
    return link_of(row)


async def pay_page(tx: ReadSession, token: str, *, at: datetime) -> PayPage:
    """Return what anybody who has a link's token may read. Raises `UnknownLink`.

    An organisation's name is told, a person's masked.
    """
    row = await tx.scalar(select(LinkRow).where(LinkRow.token == token))
    if row is None:
        raise UnknownLink
    link, payee = link_of(row), await parties.get(tx, row.party_id)
    return PayPage(link, link.state_at(at), payee_name(payee))


def payee_name(payee: parties.Party) -> str:
    """Return a payee's name as somebody who has not paid yet reads it."""
    person = payee.kind is parties.PartyKind.PERSON
    return masking.name(payee.name) if person else payee.name


async def list_links(
    tx: ReadSession,
    *,
    among: Some[UUID] | None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Link]:
    """Return links of some parties (None: all), newest first. Raises `kernel.page.BadCursor`."""
    query = select(LinkRow).order_by(LinkRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(LinkRow.party_id.in_(list(among)))
    if (last := before(after)) is not None:
        query = query.where(LinkRow.id < last)
    return Page[Link].of(
        [link_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda link: encode_cursor(link.id),
    )
