"""Payments of links, codes and requests that take others of the payer's firm."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text
from tongbao.products.collecting.domain.errors import UnknownLink
from tongbao.products.collecting.models import LinkRow
from tongbao.products.collecting.service.collecting import Payer, Sale, check_payer
from tongbao.products.collecting.service.links import pay_link
from tongbao.products.collecting.service.requests import PAY, check_side, get_request, pay_request
from tongbao.products.collecting.service.rows import link_of
from tongbao.products.collecting.service.scanning import asked_for, pay_code


class ProposedCollection(BaseModel):
    """A link, a code or a request as its payer wants to pay it, and what others read of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: MoneyField
    title: str
    link_token: str | None = None
    code: str | None = None
    request_id: UUID | None = None


PAYMENT: Final = payments.SignOff(
    name="collecting.payment",
    title=Text(zh="付款链接、收款码或付款请求", en="Paying a link, a code or a request"),
    payload=ProposedCollection,
    confirmed=payments.payment_confirmed,
)


async def ask_link(
    tx: WriteSession, *, token: str, amount: Money | None, payer: Payer, at: datetime
) -> payments.Waiting | None:
    """Put the payment of a link to those who must agree; None if nobody must.

    Raises what `pay_link` raises before anything is paid.
    """
    await check_payer(tx, payer)
    row = await tx.scalar(select(LinkRow).where(LinkRow.token == token))
    if row is None:
        raise UnknownLink
    link = link_of(row)
    link.check_open(at)
    wanted = await _wanted(
        tx, payer, account_id=link.account_id, amount=link.due(amount), title=link.title
    )
    wanted = wanted.model_copy(update={"link_token": token})
    return await _ask(tx, wanted, payer, ends_at=link.expires_at, at=at)


async def ask_code(
    tx: WriteSession, *, text: str, amount: Money | None, payer: Payer, at: datetime
) -> payments.Waiting | None:
    """Put the payment of a scanned code to those who must agree; None if nobody must.

    A code for one sale is good for a quarter of an hour, and so is what waits. Raises what
    `pay_code` raises before anything is paid.
    """
    await check_payer(tx, payer)
    sale = await asked_for(tx, text=text, amount=amount, at=at)
    if not isinstance(sale, Sale):
        return await ask_link(tx, token=sale.token, amount=amount, payer=payer, at=at)
    wanted = await _wanted(
        tx, payer, account_id=sale.account_id, amount=sale.amount, title=sale.title
    )
    return await _ask(tx, wanted.model_copy(update={"code": text}), payer, ends_at=None, at=at)


async def ask_request(
    tx: WriteSession, *, request_id: UUID, amount: Money | None, payer: Payer, at: datetime
) -> payments.Waiting | None:
    """Put the payment of a request to those who must agree; None if nobody must.

    Raises what `pay_request` raises before anything is paid.
    """
    debtor = await check_payer(tx, payer)
    request = await get_request(tx, request_id, visible_to=payer.actor.party_ids)
    check_side(payer.actor, PAY, mine=request.debtor_party_id, other=request.party_id)
    request.check_open(at)
    if debtor.party_id != request.debtor_party_id:
        raise accounts.UnknownAccount(account=payer.account_id)
    wanted = await _wanted(
        tx, payer, account_id=request.account_id, amount=request.due(amount), title=request.title
    )
    wanted = wanted.model_copy(update={"request_id": request_id})
    return await _ask(tx, wanted, payer, ends_at=request.expires_at, at=at)


async def _wanted(
    tx: WriteSession, payer: Payer, *, account_id: UUID, amount: Money, title: str
) -> ProposedCollection:
    account = await accounts.get(tx, account_id)
    return ProposedCollection(
        debtor_account_id=payer.account_id,
        creditor_account_number=account.number,
        creditor_name=(await parties.get(tx, account.party_id)).name,
        amount=amount,
        title=title,
    )


async def _ask(
    tx: WriteSession,
    wanted: ProposedCollection,
    payer: Payer,
    *,
    ends_at: datetime | None,
    at: datetime,
) -> payments.Waiting | None:
    payments.check_words(wanted.amount, wanted.creditor_name, wanted.title)
    return await PAYMENT.ask(
        tx,
        wanted,
        party_id=(await accounts.get(tx, wanted.debtor_account_id)).party_id,
        amount=wanted.amount,
        payee=payments.payee_of(wanted),
        maker=payer.actor,
        ends_at=ends_at,
        at=at,
    )


@PAYMENT.executes
async def _pay(
    tx: WriteSession, wanted: ProposedCollection, by: payments.SignedOff, at: datetime
) -> str:
    """Pay now: what was approved or signed is exactly this.

    A link or request that has ended meanwhile, and a rule that rejects the payment, undo the
    approval or the last signature.
    """
    payer = Payer(actor=by.maker, account_id=wanted.debtor_account_id, approved_by=by.approver)
    if wanted.link_token is not None:
        paid = await pay_link(tx, token=wanted.link_token, amount=wanted.amount, payer=payer, at=at)
    elif wanted.code is not None:
        paid = await pay_code(tx, text=wanted.code, amount=wanted.amount, payer=payer, at=at)
    else:
        assert wanted.request_id is not None, "one of the three"
        paid = await pay_request(
            tx, request_id=wanted.request_id, amount=wanted.amount, payer=payer, at=at
        )
    if paid.refusal is not None:
        raise paid.refusal
    return f"/api/v1/collecting/payments/{paid.id}"
