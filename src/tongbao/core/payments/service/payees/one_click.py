"""One-click pay (一键付): a small sum to a remembered payee, without confirming once more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import Transfer, check_amount
from tongbao.core.payments.domain.payees import (
    BeyondOneClick,
    OneClick,
    OneClickOff,
    PayeeElsewhere,
    UnknownPayee,
    allowing,
    check_one_click,
)
from tongbao.core.payments.models import OneClickRow
from tongbao.core.payments.service.authority import check_may_initiate
from tongbao.core.payments.service.limiting import SET_LIMITS
from tongbao.core.payments.service.payees.book import payee
from tongbao.core.payments.service.transferring import transfer
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money


async def one_click(
    tx: ReadSession, *, party_id: UUID, currency: str, at: datetime
) -> OneClick | None:
    """Return how much a party pays with one click; None where it does not.

    On a `WriteSession` nobody else pays so until the transaction ends.
    """
    query = select(OneClickRow).where(
        OneClickRow.party_id == party_id, OneClickRow.currency == currency
    )
    if isinstance(tx, WriteSession):
        query = query.with_for_update()
    row = await tx.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    used = row.used_minor if row.used_on == business_date(at) else 0
    return OneClick(
        party_id=party_id,
        per_payment=Money(row.per_payment_minor, currency),
        per_day=Money(row.per_day_minor, currency),
        used_today=Money(used, currency),
    )


async def set_one_click(
    tx: WriteSession,
    *,
    party_id: UUID,
    per_payment: Money,
    per_day: Money,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> OneClick:
    """Let a party pay so much with one click; more than before is confirmed by a step-up.

    Raises `parties.UnknownParty`, `auth.Forbidden`, `OneClickTooMuch`, `identity.StepUpRequired`.
    """
    _check_may_set(actor, party_id)
    check_one_click(per_payment, per_day, level=await parties.level(tx, party_id))
    currency = per_payment.currency
    before = await one_click(tx, party_id=party_id, currency=currency, at=at)
    if before is None or per_payment > before.per_payment or per_day > before.per_day:
        action = allowing(party_id, per_payment, per_day)
        await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    sums = {
        "per_payment_minor": per_payment.minor,
        "per_day_minor": per_day.minor,
        "set_by": actor.id,
        "set_at": at,
    }
    key = {"party_id": party_id, "currency": currency, "used_on": business_date(at)}
    await tx.execute(
        insert(OneClickRow)
        .values({**key, **sums})
        .on_conflict_do_update(index_elements=["party_id", "currency"], set_=sums)
    )
    found = await one_click(tx, party_id=party_id, currency=currency, at=at)
    assert found is not None, "it was just set"
    return found


async def end_one_click(tx: WriteSession, *, party_id: UUID, currency: str, actor: Actor) -> None:
    """End paying with one click; harmless where it is off.

    Raises `parties.UnknownParty`, `auth.Forbidden`.
    """
    _check_may_set(actor, party_id)
    await tx.execute(
        delete(OneClickRow).where(
            OneClickRow.party_id == party_id, OneClickRow.currency == currency
        )
    )


async def pay_payee(
    tx: WriteSession,
    *,
    payee_id: UUID,
    debtor_account_id: UUID,
    amount: Money,
    remittance: str | None = None,
    end_to_end_id: str | None = None,
    initiated_by: Actor,
    at: datetime,
) -> Transfer:
    """Pay a payee of the book with one click, as `transfer` does.

    Every rule of a transfer holds: a payee nobody confirmed still asks for a step-up, and who takes
    a second person for it is told so. Raises as `transfer`, and `UnknownPayee`, `PayeeElsewhere`,
    `OneClickOff`, `BeyondOneClick`.
    """
    saved = await payee(tx, payee_id=payee_id, actor=initiated_by)
    debtor = await accounts.get(tx, debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    if debtor.party_id != saved.party_id:
        raise UnknownPayee
    if saved.bank_code is not None:
        raise PayeeElsewhere
    check_amount(amount)
    allowed = await one_click(tx, party_id=saved.party_id, currency=amount.currency, at=at)
    if allowed is None:
        raise OneClickOff
    if amount > allowed.left:
        raise BeyondOneClick(left=str(allowed.left))
    paid = await transfer(
        tx,
        debtor_account_id=debtor_account_id,
        creditor_account_number=saved.account_number,
        creditor_name=saved.name,
        amount=amount,
        remittance=remittance,
        end_to_end_id=end_to_end_id,
        initiated_by=initiated_by,
        at=at,
    )
    if paid.refusal is None:
        await _count(tx, allowed, amount, at=at)
    return paid


async def _count(tx: WriteSession, allowed: OneClick, amount: Money, *, at: datetime) -> None:
    """Add a payment to the day's sum; `one_click` on this transaction holds the row."""
    await tx.execute(
        update(OneClickRow)
        .where(OneClickRow.party_id == allowed.party_id, OneClickRow.currency == amount.currency)
        .values(used_minor=(allowed.used_today + amount).minor, used_on=business_date(at))
        .execution_options(synchronize_session=False)
    )


def _check_may_set(actor: Actor, party_id: UUID) -> None:
    actor.check(SET_LIMITS, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
