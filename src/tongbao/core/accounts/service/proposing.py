"""What two people of staff do together: restraints placed, extended, released, and deductions.

One proposes, another approves and confirms exactly this proposal by a step-up; then it is done, on
the approver's transaction, with every check made again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tongbao.core.accounts.domain.restraints import Authority, Order, Restraint, Stop
from tongbao.core.accounts.service.configuration import current
from tongbao.core.accounts.service.deducting import Deduction, deduct
from tongbao.core.accounts.service.reading import get
from tongbao.core.accounts.service.restraining import extend, place, release
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text

RESTRICT: Final = "accounts:restrict_any"
APPROVE: Final = "accounts:approve_restraint"
CONFIRM: Final = "accounts.restraint.approve"


class _Proposed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    account_id: UUID


class ProposedRestraint(_Proposed):
    """A restraint as it was ordered; without `from_at` it binds from its approval on."""

    stop: Stop
    authority: Authority
    ordered_by: str
    document_number: str
    reason: str
    amount: MoneyField | None = None
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None
    told: bool = True


class ProposedExtension(_Proposed):
    """A restraint that is to bind longer."""

    restraint_id: UUID
    until_at: AwareDatetime
    document_number: str
    reason: str


class ProposedRelease(_Proposed):
    """A restraint that is to end."""

    restraint_id: UUID
    document_number: str | None = None
    reason: str


class ProposedDeduction(_Proposed):
    """An amount to be deducted from what a restraint keeps."""

    restraint_id: UUID
    amount: MoneyField
    to_account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]
    document_number: str
    reason: str


RESTRAINT: Final = Action(
    name="accounts.restraint",
    title=Text(zh="限制账户", en="Restraint of an account"),
    payload=ProposedRestraint,
    propose=RESTRICT,
    approve=APPROVE,
)
EXTENSION: Final = Action(
    name="accounts.restraint_extension",
    title=Text(zh="续行限制", en="Extension of a restraint"),
    payload=ProposedExtension,
    propose=RESTRICT,
    approve=APPROVE,
)
RELEASE: Final = Action(
    name="accounts.restraint_release",
    title=Text(zh="解除限制", en="Release of a restraint"),
    payload=ProposedRelease,
    propose=RESTRICT,
    approve=APPROVE,
)
DEDUCTION: Final = Action(
    name="accounts.deduction",
    title=Text(zh="扣划", en="Deduction by order"),
    payload=ProposedDeduction,
    propose=RESTRICT,
    approve=APPROVE,
)


async def restrain(
    tx: WriteSession,
    wanted: ProposedRestraint,
    *,
    placed_by: UUID,
    approved_by: UUID | None,
    at: datetime,
) -> Restraint:
    """Place a restraint as proposed; one that waited for its approval begins with it."""
    order = Order(
        stop=wanted.stop,
        authority=wanted.authority,
        ordered_by=wanted.ordered_by,
        document_number=wanted.document_number,
        reason=wanted.reason,
        from_at=max(wanted.from_at or at, at),
        until_at=wanted.until_at,
        amount=wanted.amount,
        told=wanted.told,
    )
    return await place(
        tx,
        account_id=wanted.account_id,
        order=order,
        placed_by=placed_by,
        approved_by=approved_by,
        at=at,
    )


async def carry_out(
    tx: WriteSession,
    wanted: ProposedExtension | ProposedRelease | ProposedDeduction,
    *,
    by: UUID,
    approved_by: UUID | None,
    at: datetime,
) -> Restraint:
    """Do to a restraint what was proposed."""
    match wanted:
        case ProposedExtension():
            return await extend(tx, **dict(wanted), extended_by=by, approved_by=approved_by, at=at)
        case ProposedRelease():
            return await release(tx, **dict(wanted), released_by=by, approved_by=approved_by, at=at)
        case ProposedDeduction():
            deduction = Deduction(
                account_id=wanted.account_id,
                restraint_id=wanted.restraint_id,
                amount=wanted.amount,
                to_number=wanted.to_account_number,
                document_number=wanted.document_number,
                reason=wanted.reason,
                deducted_by=by,
                approved_by=approved_by,
            )
            return await deduct(tx, deduction, at=at)


@RESTRAINT.executes
async def _restrain(tx: WriteSession, wanted: ProposedRestraint, by: Approved, at: datetime) -> str:
    facts = {"what": RESTRAINT.name, "stop": wanted.stop.value}
    if wanted.amount is not None:
        facts |= {"amount": wanted.amount.text, "currency": wanted.amount.currency}
    await _confirmed(tx, wanted, facts, by, at)
    await restrain(tx, wanted, placed_by=by.maker.id, approved_by=by.approver.id, at=at)
    return _place(wanted)


@EXTENSION.executes
async def _extend(tx: WriteSession, wanted: ProposedExtension, by: Approved, at: datetime) -> str:
    facts = {"what": EXTENSION.name, "until_at": wanted.until_at.isoformat()}
    await _confirmed(tx, wanted, facts, by, at)
    await carry_out(tx, wanted, by=by.maker.id, approved_by=by.approver.id, at=at)
    return _place(wanted)


@RELEASE.executes
async def _release(tx: WriteSession, wanted: ProposedRelease, by: Approved, at: datetime) -> str:
    await _confirmed(tx, wanted, {"what": RELEASE.name}, by, at)
    await carry_out(tx, wanted, by=by.maker.id, approved_by=by.approver.id, at=at)
    return _place(wanted)


@DEDUCTION.executes
async def _deduct(tx: WriteSession, wanted: ProposedDeduction, by: Approved, at: datetime) -> str:
    facts = {
        "what": DEDUCTION.name,
        "amount": wanted.amount.text,
        "currency": wanted.amount.currency,
        "to_account_number": wanted.to_account_number,
    }
    await _confirmed(tx, wanted, facts, by, at)
    await carry_out(tx, wanted, by=by.maker.id, approved_by=by.approver.id, at=at)
    return _place(wanted)


async def _confirmed(
    tx: WriteSession, wanted: _Proposed, facts: Mapping[str, str], by: Approved, at: datetime
) -> None:
    """Make sure that the approver has confirmed this proposal, by the digest of all it says."""
    account = await get(tx, wanted.account_id)
    await current().confirm(
        tx,
        kind=CONFIRM,
        facts={
            "proposal_id": str(by.proposal_id),
            "proposal_digest": by.digest,
            "account_number": account.number,
            **facts,
        },
        token=by.step_up_token,
        actor=by.approver,
        at=at,
    )


def _place(wanted: _Proposed) -> str:
    return f"/api/v1/accounts/{wanted.account_id}/restraints"
