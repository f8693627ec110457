"""Who may pay how much alone, and who may approve it."""

from datetime import datetime
from typing import Final

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.identity import service as identity
from tongbao.core.payments.domain import ApprovalNeeded, NotWithinBand
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money

INITIATE: Final = "payments:initiate"
APPROVE: Final = "payments:approve"
SETTLE_ALONE: Final = "payments:settle_alone"


def check_may_initiate(debtor: DepositAccount, actor: Actor) -> None:
    """Raise `accounts.UnknownAccount` for somebody else's account, `Forbidden` for one's own."""
    actor.check(
        INITIATE,
        party_id=debtor.party_id,
        unknown=accounts.UnknownAccount(account=debtor.id),
    )


async def may_pay_alone(
    tx: ReadSession, *, debtor: DepositAccount, amount: Money, actor: Actor, at: datetime
) -> bool:
    """Tell whether no second person is needed.

    Never where the firm demands one for everything; else a holder pays any amount alone, and a
    maker up to their band in the currency.
    """
    if await identity.dual_control(tx, party_id=debtor.party_id):
        return False
    if actor.may(SETTLE_ALONE, party_id=debtor.party_id):
        return True
    member = await identity.membership_of(tx, user_id=actor.id, party_id=debtor.party_id, at=at)
    return member is not None and member.covers(amount)


async def check_second_person(
    tx: ReadSession,
    *,
    debtor: DepositAccount,
    amount: Money,
    maker: Actor,
    approver: Actor | None,
    at: datetime,
) -> None:
    """Raise unless the maker may pay this alone, or somebody else who may has approved it.

    `ApprovalNeeded`; `Forbidden` for an approver who may not; `NotWithinBand` for one who may not
    approve so much. A holder approves any amount.
    """
    if await may_pay_alone(tx, debtor=debtor, amount=amount, actor=maker, at=at):
        return
    if approver is None or approver.is_same_person(user_id=maker.id, person_id=maker.person_id):
        raise ApprovalNeeded
    party_id = debtor.party_id
    if not approver.may(APPROVE, party_id=party_id):
        raise Forbidden(permission=APPROVE)
    if approver.may(SETTLE_ALONE, party_id=party_id):
        return
    member = await identity.membership_of(tx, user_id=approver.id, party_id=party_id, at=at)
    if member is None or not member.covers(amount):
        raise NotWithinBand(amount=str(amount))
