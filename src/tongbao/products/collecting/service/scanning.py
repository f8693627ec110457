"""What a payer does who scans a code: read what it leads to, and pay it."""

from datetime import datetime

from sqlalchemy import select

from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money
from tongbao.products.collecting.domain.collections import Means, check_amount
from tongbao.products.collecting.domain.errors import (
    AmountMissing,
    CodeAltered,
    TillClosed,
    UnknownTill,
)
from tongbao.products.collecting.domain.links import Link
from tongbao.products.collecting.domain.tills import read_code
from tongbao.products.collecting.domain.views import Offer
from tongbao.products.collecting.models import LinkRow
from tongbao.products.collecting.service.collecting import Payer, Sale, check_payer, collect
from tongbao.products.collecting.service.links import pay_link, payee_name
from tongbao.products.collecting.service.rows import link_of, till_of, till_row


async def scan(tx: ReadSession, text: str, *, at: datetime) -> Offer:
    """Return what a code asks for, by what we know of it: its own words are not believed.

    Raises `emvco.QrMalformed`, `emvco.QrDamaged`, `CodeNotOurs`, `CodeAltered`, `TillClosed`,
    `LinkEnded`.
    """
    scanned = read_code(text)
    try:
        till = till_of(await till_row(tx, scanned.till_id))
    except UnknownTill as error:
        raise CodeAltered from error
    if till.closed_at is not None:
        raise TillClosed
    link = None
    if scanned.token is not None:
        row = await tx.scalar(
            select(LinkRow).where(
                LinkRow.token == scanned.token, LinkRow.till_id == scanned.till_id
            )
        )
        link = None if row is None else link_of(row)
        if link is None or link.amount != scanned.amount:
            raise CodeAltered
        link.check_open(at)
    payee = await parties.get(tx, till.party_id)
    return Offer(till, link, payee_name(payee))


async def pay_code(
    tx: WriteSession,
    *,
    text: str,
    amount: Money | None,
    payer: Payer,
    at: datetime,
) -> payments.Transfer:
    """Pay what a scanned code asks for; a code for one sale is paid once.

    Raises as `scan` does, `AmountMissing`, `AmountFixed`, `AmountNotPositive`,
    `CurrencyNotAllowed`, and as `payments.transfer` does.
    """
    await check_payer(tx, payer)
    sale = await asked_for(tx, text=text, amount=amount, at=at)
    if not isinstance(sale, Sale):
        return await pay_link(tx, token=sale.token, amount=amount, payer=payer, at=at)
    return await collect(tx, sale, payer=payer, at=at)


async def asked_for(
    tx: ReadSession, *, text: str, amount: Money | None, at: datetime
) -> Sale | Link:
    """Return the sale a till's code asks to be paid, or the link that a code for one sale is.

    Raises as `pay_code` does.
    """
    offer = await scan(tx, text, at=at)
    if offer.link is not None:
        return offer.link
    if amount is None:
        raise AmountMissing
    check_amount(amount, currency=offer.till.currency)
    return Sale(
        means=Means.TILL_CODE,
        account_id=offer.till.account_id,
        amount=amount,
        title=offer.till.name,
        till_id=offer.till.id,
    )
