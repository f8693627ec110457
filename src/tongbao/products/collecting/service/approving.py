"""Payments of links and requests that take a second person of the payer's firm."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text
from tongbao.products.collecting.domain.errors import UnknownLink
from tongbao.products.collecting.models import LinkRow
from tongbao.products.collecting.service.collecting import Payer, check_payer
from tongbao.products.collecting.service.links import pay_link
from tongbao.products.collecting.service.requests import PAY, check_side, get_request, pay_request
from tongbao.products.collecting.service.rows import link_of


class ProposedCollection(BaseModel):
    """A link or a request as its payer wants to pay it, and what the approver reads of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: MoneyField
    title: str
    link_token: str | None = None
    request_id: UUID | None = None


PAYMENT: Final = Action(
    name="collecting.payment",
    title=Text(zh="付款链接或付款请求", en="Paying a link or a request"),
    payload=ProposedCollection,
    propose=PAY,
    approve="payments:approve",
)


async def proposed_link(
    tx: WriteSession, *, token: str, amount: Money | None, payer: Payer, at: datetime
) -> tuple[ProposedCollection, UUID] | None:
    """Return what a second person must approve, and in which party; None if nobody must.

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
    return await _proposed(tx, wanted.model_copy(update={"link_token": token}), payer, at)


async def proposed_request(
    tx: WriteSession, *, request_id: UUID, amount: Money | None, payer: Payer, at: datetime
) -> tuple[ProposedCollection, UUID] | None:
    """Return what a second person must approve, and in which party; None if nobody must.

    Raises what `pay_request` raises before anything is paid.
    """
    await check_payer(tx, payer)
    request = await get_request(tx, request_id, visible_to=payer.actor.party_ids)
    check_side(payer.actor, PAY, mine=request.debtor_party_id, other=request.party_id)
    request.check_open(at)
    wanted = await _wanted(
        tx, payer, account_id=request.account_id, amount=request.due(amount), title=request.title
    )
    return await _proposed(tx, wanted.model_copy(update={"request_id": request_id}), payer, at)


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


async def _proposed(
    tx: WriteSession, wanted: ProposedCollection, payer: Payer, at: datetime
) -> tuple[ProposedCollection, UUID] | None:
    order = payments.ProposedTransfer(
        debtor_account_id=wanted.debtor_account_id,
        creditor_account_number=wanted.creditor_account_number,
        creditor_name=wanted.creditor_name,
        amount=wanted.amount,
        remittance=wanted.title,
    )
    party_id = await payments.proposed(tx, order, initiated_by=payer.actor, at=at)
    return None if party_id is None else (wanted, party_id)


@PAYMENT.executes
async def _pay(tx: WriteSession, order: ProposedCollection, by: Approved, at: datetime) -> str:
    """Pay now, once the approver has confirmed exactly this.

    A link or request that has ended meanwhile, and a rule that rejects the payment, undo the
    approval: the proposal stays open, the token good.
    """
    await payments.confirm_approval(
        tx,
        by,
        debtor_account_id=order.debtor_account_id,
        creditor_account_number=order.creditor_account_number,
        creditor_name=order.creditor_name,
        amount=order.amount,
        at=at,
    )
    payer = Payer(actor=by.maker, account_id=order.debtor_account_id, approved_by=by.approver)
    if order.link_token is not None:
        paid = await pay_link(tx, token=order.link_token, amount=order.amount, payer=payer, at=at)
    else:
        assert order.request_id is not None, "one of the two"
        paid = await pay_request(
            tx, request_id=order.request_id, amount=order.amount, payer=payer, at=at
        )
    if paid.refusal is not None:
        raise paid.refusal
    return f"/api/v1/collecting/payments/{paid.id}"
