"""Who may pay how much alone, and who may approve it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.payments.domain import (
    ApprovalNeeded,
    NotWithinBand,
    check_amount,
    clean_creditor_name,
    clean_remittance,
)
from tongbao.core.payments.service.alone import SETTLE_ALONE, alone
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money

INITIATE: Final = "payments:initiate"
APPROVE: Final = "payments:approve"


def check_may_initiate(debtor: DepositAccount | accounts.Known, actor: Actor) -> None:
    """Raise `accounts.UnknownAccount` for somebody else's account, `Forbidden` for one's own."""
    party_id = debtor.party_id
    if party_id in actor.party_ids and actor.may(INITIATE, party_id=party_id):
        return  # as usual; an error costs more to make than to find that there is none
    actor.check(INITIATE, party_id=party_id, unknown=accounts.UnknownAccount(account=debtor.id))


def check_words(amount: Money, creditor_name: str, remittance: str | None) -> None:
    """Raise `AmountNotPositive`, `CreditorNameMalformed` or `RemittanceMalformed`, as paying would.

    For payments that are ordered now and made later.
    """
    check_amount(amount)
    clean_creditor_name(creditor_name)
    clean_remittance(remittance)


async def check_second_person(
    tx: WriteSession,
    *,
    debtor: DepositAccount,
    amount: Money,
    maker: Actor,
    approver: Actor | None,
    at: datetime,
) -> None:
    """Raise unless the maker may pay this alone, or somebody else who may has approved it.

    Where the party's policy asks for signatures, nobody's word replaces them, and they replace
    everybody's. Raises `ApprovalNeeded`, and what `check_approver` raises.
    """
    party_id = debtor.party_id
    if isinstance(approver, approvals.Signers):
        return
    if await approvals.signatures_needed(tx, party_id=party_id, amount=amount):
        raise ApprovalNeeded
    if approver is not None:
        await check_approver(tx, party_id, amount, maker, approver, at=at)
        return
    able = await alone(tx, party_id=party_id, currency=amount.currency, actor=maker, at=at)
    if not able.covers(amount):
        raise ApprovalNeeded


async def check_approver(
    tx: ReadSession,
    party_id: UUID,
    amount: Money,
    maker: Actor,
    approver: Actor,
    *,
    at: datetime,
) -> None:
    """Raise unless somebody else than the maker, who may approve so much, has approved.

    `ApprovalNeeded`; `Forbidden` for an approver who may not; `NotWithinBand` for one who may not
    approve so much. A holder approves any amount.
    """
    if approver.is_same_person(user_id=maker.id, person_id=maker.person_id):
        raise ApprovalNeeded
    if not approver.may(APPROVE, party_id=party_id):
        raise Forbidden(permission=APPROVE)
    if approver.may(SETTLE_ALONE, party_id=party_id):
        return
    member = await identity.membership_of(tx, user_id=approver.id, party_id=party_id, at=at)
    if member is None or not member.covers(amount):
        raise NotWithinBand(amount=str(amount))
