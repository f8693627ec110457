"""What may be paid before more is known of who somebody is."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func, select

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import AboveLevelLimit, PartyBlocked, Status, above_level
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import BANK_ZONE, business_date
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_MAX


async def not_at_this_level(
    tx: WriteSession, amount: Money, *, party_id: UUID, at: datetime
) -> PartyBlocked | AboveLevelLimit | None:
    """Return why the debtor may not pay this much; only parties with a limit are locked."""
    party = await parties.get(tx, party_id)
    if party.status in (parties.Status.BLOCKED, parties.Status.CLOSED):
        return PartyBlocked()
    if not parties.limits_for(party.kind, party.level).bounded:
        return None
    party, today = await parties.locked(tx, party_id), business_date(at)
    return above_level(
        amount,
        level=party.level,
        limits=parties.limits_for(party.kind, party.level),
        used_day=await _paid_since(tx, party_id, today),
        used_year=await _paid_since(tx, party_id, today.replace(month=1, day=1)),
    )


async def _paid_since(tx: ReadSession, party_id: UUID, day: date) -> Money:
    """Return what a party has paid out in CNY since the business day began."""
    held = await accounts.for_party(tx, party_id=party_id, limit=PAGE_LIMIT_MAX)
    paid = await tx.scalar(
        select(func.coalesce(func.sum(PaymentOrderRow.amount_minor), 0)).where(
            PaymentOrderRow.debtor_account_id.in_([account.id for account in held.items]),
            PaymentOrderRow.status == Status.SETTLED.value,
            PaymentOrderRow.currency == "CNY",
            PaymentOrderRow.initiated_at >= datetime.combine(day, time(), BANK_ZONE),
        )
    )
    return Money(int(paid or 0), "CNY")
