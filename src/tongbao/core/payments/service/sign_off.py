"""Payments that their maker may not make alone: asked for in one way, whatever they are.

Where the party's policy asks for signatures, its approvers sign the instruction; else, above what
the maker may pay alone, it is a proposal to a second person, who confirms it by a step-up. A module
says what is asked for, what the second person confirms, and how it is then done::

    WITHDRAWAL = SignOff(
        name="payments.withdrawal",
        title=Text(zh="提现", en="Withdrawal"),
        payload=ProposedWithdrawal,
        confirmed=payment_confirmed,
    )

    @WITHDRAWAL.executes
    async def _withdraw(tx, wanted, by: SignedOff, at) -> str:
        ...                          # as when done directly, `approved_by=by.approver`
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from tongbao.core.accounts import service as accounts
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.service import Instruction, Signed
from tongbao.core.identity import service as identity
from tongbao.core.payments.domain.step_up import approval_to_confirm
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.authority import APPROVE, INITIATE
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Action, Approved, Proposal, ToSign, propose
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

P = TypeVar("P", bound=BaseModel)

Waiting = Proposal | ToSign
"""What was put to a second person, or to the approvers; `infra.proposals.held` answers with it."""


@dataclass(frozen=True, slots=True)
class SignedOff:
    """Who made it and who approved it: a second person, or the signers of the policy together."""

    maker: Actor
    approver: Actor


class Payable(Protocol):
    """What the second person reads of a payment."""

    @property
    def debtor_account_id(self) -> UUID:
        """Which account pays."""

    @property
    def creditor_account_number(self) -> str:
        """Which account, or card, is paid."""

    @property
    def creditor_name(self) -> str:
        """Who is paid."""

    @property
    def amount(self) -> Money:
        """How much."""


Executor = Callable[[WriteSession, P, SignedOff, datetime], Awaitable[str]]
"""Does the work on the approver's transaction; returns where the outcome can be seen."""
Confirmed = Callable[[ReadSession, P, Approved], Awaitable[identity.Action]]
"""Returns what the second person confirms by a step-up."""


@dataclass(frozen=True, slots=True)
class SignOff(Generic[P]):
    """A payment that may take others; `payload` is what is done, in full, without secrets."""

    name: str
    title: Text
    payload: type[P]
    confirmed: Confirmed[P]
    action: Action[P] = field(init=False)
    instruction: Instruction[P] = field(init=False)

    def __post_init__(self) -> None:
        """Register it as what can be proposed, and as what can be signed."""
        action = Action(self.name, self.title, self.payload, propose=INITIATE, approve=APPROVE)
        signed = Instruction(self.name, self.title, self.payload, opens=INITIATE, signs=APPROVE)
        object.__setattr__(self, "action", action)
        object.__setattr__(self, "instruction", signed)

    def executes(self, function: Executor[P]) -> Executor[P]:
        """Declare how it is done, by whomever approved; returns the function itself.

        A rule that rejects it is raised: that undoes the approval or the last signature, which may
        be given again.
        """

        async def approved(tx: WriteSession, wanted: P, by: Approved, at: datetime) -> str:
            await identity.spend_step_up(
                tx,
                token=by.step_up_token,
                action=await self.confirmed(tx, wanted, by),
                actor=by.approver,
                at=at,
            )
            return await function(tx, wanted, SignedOff(by.maker, by.approver), at)

        async def signed(tx: WriteSession, wanted: P, by: Signed, at: datetime) -> str:
            return await function(tx, wanted, SignedOff(by.maker, by.signers), at)

        self.action.executes(approved)
        self.instruction.executes(signed)
        return function

    async def ask(
        self,
        tx: WriteSession,
        wanted: P,
        *,
        party_id: UUID,
        amount: Money,
        payee: Mapping[str, str] | None,
        maker: Actor,
        ends_at: datetime | None = None,
        at: datetime,
    ) -> Waiting | None:
        """Put a payment of `amount` to those who must agree; None if its maker may make it alone.

        That nobody must stays true until the transaction ends: what the maker may pay alone is
        held. Signatures may be given for seven days, or until `ends_at` if that is sooner: when
        what is paid is over. Raises `approvals.NoRule` for a currency the policy does not speak of.
        """
        if await approvals.signatures_needed(tx, party_id=party_id, amount=amount):
            latest = at + self.instruction.lifetime
            opened = await approvals.open_instruction(
                tx,
                instruction=self.instruction,
                payload=wanted,
                party_id=party_id,
                amount=amount,
                payee=payee,
                maker=maker,
                expires_at=latest if ends_at is None else min(ends_at, latest),
                at=at,
            )
            return ToSign(
                id=opened.id,
                lacking=opened.lacking,
                digest=opened.digest,
                expires_at=opened.expires_at,
                location=f"/api/v1/approvals/{opened.id}",
            )
        able = await alone(tx, party_id=party_id, currency=amount.currency, actor=maker, at=at)
        if able.covers(amount):
            return None
        return await propose(
            tx, action=self.action, payload=wanted, maker=maker, party_id=party_id, at=at
        )


async def payment_confirmed(tx: ReadSession, wanted: Payable, by: Approved) -> identity.Action:
    """Return what a second person confirms of a payment: all of it."""
    return approval_to_confirm(
        proposal_id=by.proposal_id,
        digest=by.digest,
        debtor_account_number=(await accounts.get(tx, wanted.debtor_account_id)).number,
        creditor_account_number=wanted.creditor_account_number,
        creditor_name=wanted.creditor_name,
        amount=wanted.amount,
    )


def payee_of(wanted: Payable) -> Mapping[str, str]:
    """Return to whom a payment goes, as those who sign it read it."""
    return {"account_number": wanted.creditor_account_number, "name": wanted.creditor_name}
