"""Asking a customer to pay, and what that customer answers."""

from collections.abc import Collection as Some
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, encode_cursor
from tongbao.products.collecting.domain.collections import Means, check_amount
from tongbao.products.collecting.domain.errors import (
    DebtorNotFound,
    OtherSide,
    OwnRequest,
    TooManyRequests,
    UnknownRequest,
)
from tongbao.products.collecting.domain.links import check_end
from tongbao.products.collecting.domain.requests import (
    OF_ALL_MAX,
    OF_ONE_MAX,
    RequestState,
    RequestToPay,
    Side,
)
from tongbao.products.collecting.domain.texts import clean
from tongbao.products.collecting.events import (
    RequestCancelled,
    RequestDeclined,
    RequestPaid,
    RequestReceived,
)
from tongbao.products.collecting.models import RequestRow
from tongbao.products.collecting.service.collecting import Payer, Sale, check_payer, collect
from tongbao.products.collecting.service.rows import (
    COLLECT,
    before,
    locked_request,
    own_account,
    request_of,
)

PAY: Final = "payments:initiate"
_LOCK: Final = 0x5240


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Who is asked: an account's number or a verified phone number, and whose name it goes with."""

    name: str
    account_number: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request as the payee wants it."""

    account_id: UUID
    debtor: Debtor
    amount: Money
    title: str
    expires_at: datetime
    in_parts: bool = False
    reference: str | None = None


async def request_payment(
    tx: WriteSession, wanted: NewRequest, *, requested_by: Actor, at: datetime
) -> RequestToPay:
    """Ask a customer to pay into an own account.

    Raises `accounts.UnknownAccount`, `auth.Forbidden`, `AccountNotUsable`, `AmountNotPositive`,
    `CurrencyNotAllowed`, `TextMalformed`, `TimeOutOfRange`, `parties.PhoneMalformed`,
    `DebtorNotFound`, `OwnRequest`, `TooManyRequests`.
    """
    account = await own_account(tx, wanted.account_id, requested_by)
    check_amount(wanted.amount, currency=account.currency)
    check_end(wanted.expires_at, at=at)
    title = clean(wanted.title, field="title")
    debtor_party_id = await _party(tx, wanted.debtor)
    if debtor_party_id == account.party_id:
        raise OwnRequest
    await _check_room(tx, party_id=account.party_id, debtor_party_id=debtor_party_id, at=at)
    made = RequestToPay(
        id=new_id(),
        party_id=account.party_id,
        payee_name=(await parties.get(tx, account.party_id)).name,
        account_id=account.id,
        debtor_party_id=debtor_party_id,
        amount=wanted.amount,
        paid=Money.zero(wanted.amount.currency),
        in_parts=wanted.in_parts,
        title=title,
        reference=wanted.reference,
        state=RequestState.OPEN,
        expires_at=wanted.expires_at,
        created_at=at,
    )
    await _store(tx, made, by=requested_by)
    received = RequestReceived(
        request_id=made.id,
        party_id=made.debtor_party_id,
        amount=made.amount,
        expires_at=made.expires_at,
    )
    await outbox.append(tx, [received], at=at)
    return made


async def _store(tx: WriteSession, made: RequestToPay, *, by: Actor) -> None:
    await tx.execute(
        insert(RequestRow).values(
            id=made.id,
            party_id=made.party_id,
            payee_name=made.payee_name,
            account_id=made.account_id,
            debtor_party_id=made.debtor_party_id,
            title=made.title,
            reference=made.reference,
            currency=made.amount.currency,
            amount_minor=made.amount.minor,
            paid_minor=0,
            in_parts=made.in_parts,
            state=made.state.value,
            expires_at=made.expires_at,
            reminded=False,
            created_by=by.id,
            created_at=made.created_at,
        )
    )


async def _party(tx: ReadSession, debtor: Debtor) -> UUID:
    """Return the one party that is meant. Raises `DebtorNotFound`."""
    if debtor.account_number is not None:
        try:
            found: set[UUID] = {(await accounts.by_number(tx, debtor.account_number)).party_id}
        except accounts.UnknownAccount as error:
            raise DebtorNotFound from error
    else:
        assert debtor.phone is not None, "by one or the other"
        points = await parties.find_by_contact(
            tx, kind=parties.ContactKind.PHONE, value=debtor.phone
        )
        found = {point.party_id for point in points}
    named = [
        each
        for each in found
        if payments.same_name((await parties.get(tx, each)).name, debtor.name)
    ]
    if len(named) != 1:
        raise DebtorNotFound
    return named[0]


async def _check_room(
    tx: WriteSession, *, party_id: UUID, debtor_party_id: UUID, at: datetime
) -> None:
    """Raise `TooManyRequests`. Requests of one payee are made one after the other."""
    lock = int.from_bytes(party_id.bytes[-4:], signed=True)
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK, lock)))
    of_one, of_all = (
        await tx.execute(
            select(
                func.count().filter(RequestRow.debtor_party_id == debtor_party_id),
                func.count(),
            ).where(
                RequestRow.party_id == party_id,
                RequestRow.state == RequestState.OPEN.value,
                RequestRow.expires_at > at,
            )
        )
    ).one()
    if of_one >= OF_ONE_MAX or of_all >= OF_ALL_MAX:
        raise TooManyRequests(of_one=OF_ONE_MAX, of_all=OF_ALL_MAX)


async def pay_request(
    tx: WriteSession, *, request_id: UUID, amount: Money | None, payer: Payer, at: datetime
) -> payments.Transfer:
    """Pay a request, or a part where that is allowed; a payment that is rejected changes nothing.

    Whoever pays the same request at the same moment waits, so that no more is paid than was asked.
    Raises `UnknownRequest`, `OtherSide`, `RequestEnded`, `AmountNotPositive`, `CurrencyNotAllowed`,
    `MoreThanAsked`, `PartNotAllowed`, `accounts.UnknownAccount` for an account of another party
    than the one that was asked, and as `payments.transfer` does.
    """
    debtor = await check_payer(tx, payer)
    row = await locked_request(tx, request_id)
    check_side(payer.actor, PAY, mine=row.debtor_party_id, other=row.party_id)
    request = request_of(row)
    request.check_open(at)
    if debtor.party_id != request.debtor_party_id:
        raise accounts.UnknownAccount(account=payer.account_id)
    sale = Sale(
        means=Means.REQUEST,
        account_id=request.account_id,
        amount=request.due(amount),
        title=request.title,
        request_id=request.id,
        reference=request.reference,
    )
    paid = await collect(tx, sale, payer=payer, at=at)
    if paid.refusal is None:
        row.paid_minor += sale.amount.minor
        if row.paid_minor == row.amount_minor:
            row.state, row.ended_at = RequestState.PAID.value, at
            told = RequestPaid(request_id=row.id, party_id=row.party_id, amount=request.amount)
            await outbox.append(tx, [told], at=at)
        await tx.flush()
    return paid


async def decline_request(
    tx: WriteSession, *, request_id: UUID, reason: str | None, declined_by: Actor, at: datetime
) -> RequestToPay:
    """Refuse a request, or what is left of it.

    Raises `UnknownRequest`, `OtherSide`, `auth.Forbidden`, `RequestEnded`, `TextMalformed`.
    """
    row = await locked_request(tx, request_id)
    check_side(declined_by, PAY, mine=row.debtor_party_id, other=row.party_id)
    request = request_of(row)
    request.check_open(at)
    row.decline_reason = None if reason is None else clean(reason, field="reason")
    row.state, row.ended_at = RequestState.DECLINED.value, at
    await tx.flush()
    told = RequestDeclined(request_id=row.id, party_id=row.party_id, amount=request.remaining)
    await outbox.append(tx, [told], at=at)
    return request_of(row)


async def cancel_request(
    tx: WriteSession, *, request_id: UUID, cancelled_by: Actor, at: datetime
) -> RequestToPay:
    """Take a request back.

    Raises `UnknownRequest`, `OtherSide`, `auth.Forbidden`, `RequestEnded`.
    """
    row = await locked_request(tx, request_id)
    check_side(cancelled_by, COLLECT, mine=row.party_id, other=row.debtor_party_id)
    request = request_of(row)
    request.check_open(at)
    row.state, row.ended_at = RequestState.CANCELLED.value, at
    await tx.flush()
    told = RequestCancelled(
        request_id=row.id, party_id=row.debtor_party_id, amount=request.remaining
    )
    await outbox.append(tx, [told], at=at)
    return request_of(row)


def check_side(actor: Actor, permission: str, *, mine: UUID, other: UUID) -> None:
    """Raise unless this side of a request may be the actor's, and it is theirs to answer."""
    if mine not in actor.party_ids and other in actor.party_ids:
        actor.check(permission, party_id=other, unknown=UnknownRequest())
        raise OtherSide
    actor.check(permission, party_id=mine, unknown=UnknownRequest())


async def get_request(
    tx: ReadSession, request_id: UUID, *, visible_to: Some[UUID] | None = None
) -> RequestToPay:
    """Return a request to one of its two parties (None: to anybody). Raises `UnknownRequest`."""
    row = await tx.scalar(
        select(RequestRow)
        .where(RequestRow.id == request_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownRequest
    if visible_to is not None and {row.party_id, row.debtor_party_id}.isdisjoint(visible_to):
        raise UnknownRequest
    return request_of(row)


async def list_requests(
    tx: ReadSession,
    *,
    side: Side | None,
    among: Some[UUID] | None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[RequestToPay]:
    """Return requests that some parties (None: any) made or were sent, newest first.

    Raises `kernel.page.BadCursor`.
    """
    query = select(RequestRow).order_by(RequestRow.id.desc()).limit(limit + 1)
    if among is not None:
        mine = list(among)
        made, sent = RequestRow.party_id.in_(mine), RequestRow.debtor_party_id.in_(mine)
        chosen = {"payee": made, "payer": sent, None: or_(made, sent)}
        query = query.where(chosen[side])
    if (last := before(after)) is not None:
        query = query.where(RequestRow.id < last)
    return Page[RequestToPay].of(
        [request_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda request: encode_cursor(request.id),
    )
