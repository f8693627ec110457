"""Codes that payers show: switching them on, showing them, and charging them at a till."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra import keys, outbox
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.collecting.domain.collections import Means, check_amount
from tongbao.products.collecting.domain.errors import (
    ChargeDeclined,
    PayCodeClash,
    PayCodeNotGood,
    PersonsOnly,
    TillClosed,
    UnknownPayCode,
)
from tongbao.products.collecting.domain.pay_codes import (
    CODES_OF_A_STEP_MAX,
    PayCode,
    ShownCode,
    enabling,
    shown,
    step_of,
)
from tongbao.products.collecting.domain.texts import clean
from tongbao.products.collecting.events import (
    ChargeDeclined as Declined,
)
from tongbao.products.collecting.events import (
    PayCodeDisabled,
    PayCodeEnabled,
)
from tongbao.products.collecting.models import IS_ENABLED, PayCodeRow, ShownCodeRow
from tongbao.products.collecting.service.collecting import Payer, Sale, collect
from tongbao.products.collecting.service.rows import own_till, pay_code_of

PAY: Final = "payments:initiate"
_CODE: Final = "collecting pay code"
_SHOWN: Final = "collecting shown code"


async def enable_pay_code(
    tx: WriteSession,
    *,
    account_id: UUID,
    per_payment: Money,
    token: str | None,
    enabled_by: Actor,
    at: datetime,
) -> PayCode:
    """Let the user pay from a person's account by showing codes, at most `per_payment` at once.

    Confirmed by a step-up, for the codes themselves are the payer's word. What was on for the
    account before is switched off. Raises `accounts.UnknownAccount`, `auth.Forbidden`,
    `PersonsOnly`, `AmountNotPositive`, `CurrencyNotAllowed`, `identity.StepUpRequired`, and
    `PayCodeClash` if it is being switched on elsewhere at this moment.
    """
    account = await accounts.get(tx, account_id)
    unknown = accounts.UnknownAccount(account=account_id)
    enabled_by.check(PAY, party_id=account.party_id, unknown=unknown)
    if (await parties.get(tx, account.party_id)).kind is not parties.PartyKind.PERSON:
        raise PersonsOnly
    check_amount(per_payment, currency=account.currency)
    action = enabling(account_number=account.number, per_payment=per_payment)
    await identity.spend_step_up(tx, token=token, action=action, actor=enabled_by, at=at)
    await _switch_off(
        tx, PayCodeRow.user_id == enabled_by.id, PayCodeRow.account_id == account.id, at=at
    )
    made = PayCode(
        id=new_id(),
        user_id=enabled_by.id,
        party_id=account.party_id,
        account_id=account.id,
        per_payment=per_payment,
        enabled_at=at,
    )
    stored = await tx.scalar(
        insert(PayCodeRow)
        .values(
            id=made.id,
            user_id=made.user_id,
            party_id=made.party_id,
            account_id=made.account_id,
            currency=per_payment.currency,
            per_payment_minor=per_payment.minor,
            enabled_at=at,
        )
        .on_conflict_do_nothing(index_elements=["user_id", "account_id"], index_where=IS_ENABLED)
        .returning(PayCodeRow.id)
    )
    if stored is None:
        raise PayCodeClash
    enabled = PayCodeEnabled(
        pay_code_id=made.id,
        party_id=made.party_id,
        user_id=made.user_id,
        account_id=made.account_id,
        per_payment=per_payment,
    )
    await outbox.append(tx, [enabled], at=at)
    return made


async def disable_pay_code(
    tx: WriteSession, *, pay_code_id: UUID, disabled_by: Actor, at: datetime
) -> None:
    """Switch an own code off, with what is shown of it. Raises `UnknownPayCode`."""
    if not await _switch_off(tx, *_own(pay_code_id, disabled_by), at=at):
        raise UnknownPayCode


async def pay_codes(tx: ReadSession, *, of: Actor) -> list[PayCode]:
    """Return the codes that a user has switched on."""
    rows = await tx.scalars(
        select(PayCodeRow)
        .where(PayCodeRow.user_id == of.id, PayCodeRow.disabled_at.is_(None))
        .order_by(PayCodeRow.id)
    )
    return [pay_code_of(row) for row in rows]


async def show_pay_code(
    tx: WriteSession, *, pay_code_id: UUID, shown_to: Actor, at: datetime
) -> ShownCode:
    """Return the code of these 30 seconds; asked again within them the same, until it is spent.

    HMAC-SHA256 of the pay code's id, the time step and how many codes of it are spent, under a key
    of the installation. What is stored is a tag of it, so a stolen table shows no code.

    Raises `UnknownPayCode`, `PayCodeClash`.
    """
    row = await tx.scalar(select(PayCodeRow).where(*_own(pay_code_id, shown_to)))
    if row is None:
        raise UnknownPayCode
    step = step_of(at)
    for spent in range(CODES_OF_A_STEP_MAX):
        secret = keys.tag(_CODE, row.id.bytes, step.to_bytes(8), spent.to_bytes(1))
        code = shown(secret, step=step)
        tag = keys.tag(_SHOWN, code.code.encode())
        await tx.execute(
            insert(ShownCodeRow)
            .values(tag=tag, pay_code_id=row.id, good_until=code.good_until)
            .on_conflict_do_nothing()
        )
        of, spent_at = (
            await tx.execute(
                select(ShownCodeRow.pay_code_id, ShownCodeRow.spent_at).where(
                    ShownCodeRow.tag == tag
                )
            )
        ).one()
        if of == row.id and spent_at is None:
            return code
    raise PayCodeClash


async def charge(
    tx: WriteSession,
    *,
    till_id: UUID,
    code: str,
    amount: Money,
    title: str | None,
    reference: str | None,
    charged_by: Actor,
    at: datetime,
) -> payments.Transfer | ChargeDeclined:
    """Charge the code that a payer showed at a till; the code is spent, whatever comes of it.

    What the payer's side refuses is *returned*, for raising would give the code back. Raises,
    spending nothing: `UnknownTill`, `auth.Forbidden`, `TillClosed`, `TextMalformed`,
    `AmountNotPositive`, `CurrencyNotAllowed`, `PayCodeNotGood`, `ReferenceUsed`.
    """
    till = await own_till(tx, till_id, charged_by)
    if till.closed_at is not None:
        raise TillClosed
    check_amount(amount, currency=till.currency)
    words = till.name if title is None else clean(title, field="title")
    row = await _spend(tx, code, at=at)
    if row.currency != amount.currency:
        return await _declined(tx, row, amount, "not_able", at=at)
    if amount.minor > row.per_payment_minor:
        return await _declined(tx, row, amount, "above_maximum", at=at)
    actor = await identity.find_actor(tx, row.user_id, at)
    if actor is None:
        return await _declined(tx, row, amount, "not_able", at=at)
    payer = Payer(actor=actor, account_id=row.account_id, shown=row.id)
    sale = Sale(
        means=Means.PAY_CODE,
        account_id=till.account_id,
        amount=amount,
        title=words,
        till_id=till.id,
        reference=reference,
    )
    try:
        paid = await collect(tx, sale, payer=payer, at=at)
    except (Forbidden, accounts.UnknownAccount, payments.ApprovalNeeded):
        return await _declined(tx, row, amount, "not_able", at=at)
    return paid if paid.refusal is None else ChargeDeclined()


async def _spend(tx: WriteSession, code: str, *, at: datetime) -> PayCodeRow:
    """Spend a shown code; return whose it is. One of two who present it at once gets it."""
    tags = keys.tags(_SHOWN, code.encode())
    pay_code_id = await tx.scalar(
        update(ShownCodeRow)
        .where(
            ShownCodeRow.tag.in_(tags),
            ShownCodeRow.spent_at.is_(None),
            ShownCodeRow.good_until > at,
        )
        .values(spent_at=at)
        .returning(ShownCodeRow.pay_code_id)
        .execution_options(synchronize_session=False)
    )
    row = await tx.scalar(
        select(PayCodeRow)
        .where(PayCodeRow.id == pay_code_id, PayCodeRow.disabled_at.is_(None))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise PayCodeNotGood
    return row


async def _declined(
    tx: WriteSession,
    row: PayCodeRow,
    amount: Money,
    reason: Literal["above_maximum", "not_able"],
    *,
    at: datetime,
) -> ChargeDeclined:
    told = Declined(
        pay_code_id=row.id,
        party_id=row.party_id,
        user_id=row.user_id,
        account_id=row.account_id,
        amount=amount,
        reason=reason,
    )
    await outbox.append(tx, [told], at=at)
    return ChargeDeclined()


def _own(pay_code_id: UUID, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    own = PayCodeRow.id == pay_code_id, PayCodeRow.user_id == actor.id
    return (*own, PayCodeRow.disabled_at.is_(None))


async def _switch_off(tx: WriteSession, *where: ColumnElement[bool], at: datetime) -> bool:
    rows = await tx.execute(
        update(PayCodeRow)
        .where(*where, PayCodeRow.disabled_at.is_(None))
        .values(disabled_at=at)
        .returning(PayCodeRow.id, PayCodeRow.party_id, PayCodeRow.user_id, PayCodeRow.account_id)
        .execution_options(synchronize_session=False)
    )
    told = [
        PayCodeDisabled(pay_code_id=id_, party_id=party, user_id=user, account_id=account)
        for id_, party, user, account in rows
    ]
    if told:
        await outbox.append(tx, told, at=at)
    return bool(told)
