"""Paying what is collected: one payment, and the note of what it was for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money
from tongbao.products.collecting.domain.collections import OPERATIONS, Means
from tongbao.products.collecting.domain.errors import ReferenceUsed
from tongbao.products.collecting.events import PaymentCollected
from tongbao.products.collecting.models import OF_PAY_CODE, CollectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays from which account; `token` of a step-up, or `approved_by` a second person.

    With `shown` the payer is not there to confirm: the code they showed is their word.
    """

    actor: Actor
    account_id: UUID
    token: str | None = None
    approved_by: Actor | None = None
    shown: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What is paid: to which account, by which means, and what for."""

    means: Means
    account_id: UUID
    amount: Money
    title: str
    till_id: UUID | None = None
    link_id: UUID | None = None
    request_id: UUID | None = None
    reference: str | None = None


async def check_payer(tx: ReadSession, payer: Payer) -> accounts.DepositAccount:
    """Return the account that pays. Raises `accounts.UnknownAccount` and `auth.Forbidden`."""
    account = await accounts.get(tx, payer.account_id)
    payments.check_may_initiate(account, payer.actor)
    return account


async def collect(tx: WriteSession, sale: Sale, *, payer: Payer, at: datetime) -> payments.Transfer:
    """Pay for a sale; what is settled is noted and told of, what is rejected is returned so.

    Raises `ReferenceUsed`, and as `payments.transfer` does.
    """
    account = await accounts.get(tx, sale.account_id)
    payee = await parties.get(tx, account.party_id)
    paid = await payments.transfer(
        tx,
        debtor_account_id=payer.account_id,
        creditor_account_number=account.number,
        creditor_name=payee.name,
        amount=sale.amount,
        remittance=sale.title,
        initiated_by=payer.actor,
        approved_by=payer.approved_by,
        step_up_token=payer.token,
        without_step_up=payer.shown is not None,
        operation=OPERATIONS[sale.means],
        at=at,
    )
    if paid.refusal is None:
        payer_party = (await accounts.get(tx, payer.account_id)).party_id
        await _note(tx, sale, paid, payer=payer, parties=(account.party_id, payer_party), at=at)
    return paid


async def _note(
    tx: WriteSession,
    sale: Sale,
    paid: payments.Transfer,
    *,
    payer: Payer,
    parties: tuple[UUID, UUID],
    at: datetime,
) -> None:
    noted = await tx.scalar(
        insert(CollectionRow)
        .values(
            payment_id=paid.id,
            party_id=parties[0],
            payer_party_id=parties[1],
            means=sale.means.value,
            till_id=sale.till_id,
            link_id=sale.link_id,
            request_id=sale.request_id,
            pay_code_id=payer.shown,
            title=sale.title,
            reference=sale.reference,
            amount_minor=sale.amount.minor,
            currency=sale.amount.currency,
            collected_at=at,
        )
        .on_conflict_do_nothing(index_elements=["till_id", "reference"], index_where=OF_PAY_CODE)
        .returning(CollectionRow.payment_id)
    )
    if noted is None:
        raise ReferenceUsed(reference=sale.reference)
    told = PaymentCollected(
        payment_id=paid.id,
        party_id=parties[0],
        means=sale.means.value,
        amount=sale.amount,
        till_id=sale.till_id,
        link_id=sale.link_id,
        request_id=sale.request_id,
        reference=sale.reference,
    )
    await outbox.append(tx, [told], at=at)
