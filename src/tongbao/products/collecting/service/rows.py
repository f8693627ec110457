"""Between rows and values."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from tongbao.core.accounts import service as accounts
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import decode_cursor
from tongbao.products.collecting.domain.collections import Collection, Means
from tongbao.products.collecting.domain.errors import (
    AccountNotUsable,
    UnknownLink,
    UnknownRequest,
    UnknownTill,
)
from tongbao.products.collecting.domain.links import Link, LinkState
from tongbao.products.collecting.domain.pay_codes import PayCode
from tongbao.products.collecting.domain.requests import RequestState, RequestToPay
from tongbao.products.collecting.domain.tills import Till
from tongbao.products.collecting.models import (
    CollectionRow,
    LinkRow,
    PayCodeRow,
    RequestRow,
    TillRow,
)

COLLECT = "collecting:collect"


async def own_account(tx: ReadSession, account_id: UUID, actor: Actor) -> accounts.DepositAccount:
    """Return an account that the actor may collect into.

    Raises `accounts.UnknownAccount`, `auth.Forbidden`, `AccountNotUsable`.
    """
    account = await accounts.get(tx, account_id)
    unknown = accounts.UnknownAccount(account=account_id)
    actor.check(COLLECT, party_id=account.party_id, unknown=unknown)
    if account.status is not accounts.DepositAccountStatus.OPEN:
        raise AccountNotUsable
    return account


async def till_row(tx: ReadSession, till_id: UUID) -> TillRow:
    """Return a till's row. Raises `UnknownTill`."""
    row = await tx.scalar(
        select(TillRow).where(TillRow.id == till_id).execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownTill
    return row


async def own_till(tx: ReadSession, till_id: UUID, actor: Actor) -> TillRow:
    """Return the row of a till that the actor may collect at.

    Raises `UnknownTill`, `auth.Forbidden`.
    """
    row = await till_row(tx, till_id)
    actor.check(COLLECT, party_id=row.party_id, unknown=UnknownTill())
    return row


async def locked_link(tx: WriteSession, where: ColumnElement[bool]) -> LinkRow:
    """Return a link held against everybody else until the transaction ends.

    Raises `UnknownLink`.
    """
    row = await tx.scalar(
        select(LinkRow).where(where).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownLink
    return row


async def locked_request(tx: WriteSession, request_id: UUID) -> RequestRow:
    """Return a request held against everybody else until the transaction ends.

    Raises `UnknownRequest`.
    """
    row = await tx.scalar(
        select(RequestRow)
        .where(RequestRow.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownRequest
    return row


def before(after: str | None) -> UUID | None:
    """Return the id that a page begins below. Raises `kernel.page.BadCursor`."""
    return None if after is None else decode_cursor(after, UUID)[0]


def till_of(row: TillRow) -> Till:
    """Return the till of a row."""
    return Till(
        id=row.id,
        party_id=row.party_id,
        account_id=row.account_id,
        currency=row.currency,
        name=row.name,
        latin_name=row.latin_name,
        latin_city=row.latin_city,
        category_code=row.category_code,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def link_of(row: LinkRow) -> Link:
    """Return the link of a row."""
    amount = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
    return Link(
        id=row.id,
        token=row.token,
        party_id=row.party_id,
        account_id=row.account_id,
        till_id=row.till_id,
        title=row.title,
        reference=row.reference,
        currency=row.currency,
        amount=amount,
        payments_max=row.payments_max,
        paid_count=row.paid_count,
        state=LinkState(row.state),
        expires_at=row.expires_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def request_of(row: RequestRow) -> RequestToPay:
    """Return the request of a row."""
    return RequestToPay(
        id=row.id,
        party_id=row.party_id,
        payee_name=row.payee_name,
        account_id=row.account_id,
        debtor_party_id=row.debtor_party_id,
        title=row.title,
        reference=row.reference,
        amount=Money(row.amount_minor, row.currency),
        paid=Money(row.paid_minor, row.currency),
        in_parts=row.in_parts,
        state=RequestState(row.state),
        decline_reason=row.decline_reason,
        expires_at=row.expires_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def pay_code_of(row: PayCodeRow) -> PayCode:
    """Return the pay code of a row."""
    return PayCode(
        id=row.id,
        user_id=row.user_id,
        party_id=row.party_id,
        account_id=row.account_id,
        per_payment=Money(row.per_payment_minor, row.currency),
        enabled_at=row.enabled_at,
    )


def collection_of(row: CollectionRow) -> Collection:
    """Return the collection of a row."""
    return Collection(
        payment_id=row.payment_id,
        party_id=row.party_id,
        payer_party_id=row.payer_party_id,
        means=Means(row.means),
        amount=Money(row.amount_minor, row.currency),
        title=row.title,
        reference=row.reference,
        till_id=row.till_id,
        link_id=row.link_id,
        request_id=row.request_id,
        collected_at=row.collected_at,
    )
