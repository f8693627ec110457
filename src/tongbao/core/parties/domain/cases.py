"""Cases in which an identity is checked: states, evidence, and what the evidence must say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from tongbao.core.parties.domain.findings import Found
from tongbao.core.parties.domain.levels import Level, Need
from tongbao.core.parties.domain.persons import OrganisationForm, Sex
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

CaseId = NewType("CaseId", UUID)
EvidenceId = NewType("EvidenceId", UUID)

PICTURES_MAX: Final = 12
"""Pictures of one case at most."""


class State(StrEnum):
    """How far a case has come."""

    OPENED = "opened"
    EVIDENCE = "evidence"  # something was handed in
    CHECKING = "checking"
    WAITING = "waiting"  # for a service that does not answer
    NEEDS_STAFF = "needs_staff"
    APPROVED = "approved"
    REFUSED = "refused"


TRANSITIONS: Final = {
    State.OPENED: frozenset({State.EVIDENCE, State.REFUSED}),
    State.EVIDENCE: frozenset({State.CHECKING, State.REFUSED}),
    State.CHECKING: frozenset({State.WAITING, State.NEEDS_STAFF, State.APPROVED, State.REFUSED}),
    State.WAITING: frozenset({State.CHECKING, State.NEEDS_STAFF, State.REFUSED}),
    State.NEEDS_STAFF: frozenset({State.APPROVED, State.REFUSED}),
    State.APPROVED: frozenset[State](),
    State.REFUSED: frozenset[State](),
}
DECIDED: Final = frozenset({State.APPROVED, State.REFUSED})
COLLECTING: Final = frozenset({State.OPENED, State.EVIDENCE})


class Cause(StrEnum):
    """Why a case was opened."""

    APPLICATION = "application"
    REVIEW = "review"  # time for the next look
    EXPIRY = "expiry"


class EvidenceKind(StrEnum):
    """What kind of evidence it is; the first six are handed in, the others are answers."""

    ID_CARD = "id_card"
    ID_CARD_FRONT = "id_card_front"  # the side with the portrait
    ID_CARD_BACK = "id_card_back"
    FACE = "face"
    BUSINESS_LICENCE = "business_licence"
    LICENCE_PICTURE = "licence_picture"
    ID_CARD_READING = "id_card_reading"
    LICENCE_READING = "licence_reading"
    IDENTITY_BUREAU = "identity_bureau"
    BUSINESS_REGISTRY = "business_registry"
    FACE_COMPARISON = "face_comparison"
    STAFF_NOTE = "staff_note"


PICTURES: Final = frozenset(
    {
        EvidenceKind.ID_CARD_FRONT,
        EvidenceKind.ID_CARD_BACK,
        EvidenceKind.FACE,
        EvidenceKind.LICENCE_PICTURE,
    }
)
# What must be handed in for a need; the other needs are asked of others.
HANDED_IN: Final = {
    Need.ID_CARD: (EvidenceKind.ID_CARD,),
    Need.ID_CARD_PICTURES: (EvidenceKind.ID_CARD_FRONT, EvidenceKind.ID_CARD_BACK),
    Need.FACE: (EvidenceKind.FACE,),
    Need.BUSINESS_LICENCE: (EvidenceKind.BUSINESS_LICENCE,),
    Need.LICENCE_PICTURE: (EvidenceKind.LICENCE_PICTURE,),
}


@dataclass(frozen=True, slots=True)
class IdCard:
    """The facts of an identity card as somebody entered them; `valid_until` None is long-term."""

    name: str
    number: str
    sex: Sex
    born_on: date
    issuing_authority: str
    valid_from: date
    valid_until: date | None
    ethnicity: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """The facts of a business licence as somebody entered them."""

    name: str
    registration_number: str
    form: OrganisationForm
    legal_form: str
    legal_representative: str
    founded_on: date
    valid_until: date | None
    business_scope: str
    registered_capital: Money | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence as it was given."""

    id: EvidenceId
    kind: EvidenceKind
    facts: dict[str, Any]
    file_id: UUID | None
    recorded_by: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a case's state."""

    before: State | None
    after: State
    reason: str
    taken_by: UUID | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A case: a party, the level it is to get, how far the check has come, what was found."""

    id: CaseId
    party_id: UUID
    level: Level
    state: State
    cause: Cause
    attempts: int
    findings: tuple[Found, ...]
    opened_by: UUID | None
    opened_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decision_reason: str | None


class UnknownEvidence(TongbaoError):
    """There is no such evidence, or none the caller may see."""

    code = "parties.unknown_evidence"
    kind = Kind.NOT_FOUND
    title = Text(zh="认证资料不存在", en="Unknown evidence")


class UnknownCase(TongbaoError):
    """There is no such case, or none the caller may see."""

    code = "parties.unknown_case"
    kind = Kind.NOT_FOUND
    title = Text(zh="认证申请不存在", en="Unknown case")


class CaseOpen(TongbaoError):
    """One case at a time."""

    code = "parties.case_open"
    kind = Kind.CONFLICT
    title = Text(zh="已有进行中的认证申请", en="A case is open already")
    detail = Text(zh="请先完成申请 {case_id}", en="Please complete case {case_id} first")


class CaseStateWrong(TongbaoError):
    """Not in this state."""

    code = "parties.case_state_wrong"
    kind = Kind.CONFLICT
    title = Text(zh="当前状态不能这样操作", en="Not while the case is in this state")
    detail = Text(zh="申请状态为 {state}", en="The case is {state}")


class CaseIncomplete(TongbaoError):
    """Something is missing; which, is said."""

    code = "parties.case_incomplete"
    kind = Kind.CONFLICT
    title = Text(zh="资料不完整", en="Something is missing")
    detail = Text(zh="尚缺：{missing}", en="Still missing: {missing}")


class LevelNotAbove(TongbaoError):
    """The party has this level, or it is none."""

    code = "parties.level_not_above"
    kind = Kind.CONFLICT
    title = Text(zh="申请的等级须高于当前等级", en="The level applied for must be a higher one")
    detail = Text(zh="当前等级为 {level}", en="The party is at level {level}")


class EvidenceNotForKind(TongbaoError):
    """Evidence of a person for an organisation, or the other way round."""

    code = "parties.evidence_not_for_kind"
    title = Text(zh="该资料不适用于此类客户", en="This evidence is not for this kind of party")


class SamePerson(TongbaoError):
    """Whoever opened a case or gave evidence does not decide it."""

    code = "parties.same_person"
    kind = Kind.FORBIDDEN
    title = Text(zh="不能审批自己经办的申请", en="One does not decide one's own case")
    detail = Text(
        zh="须由另一位工作人员审批", en="Another person than the one who entered it decides"
    )


class EvidenceFieldMalformed(TongbaoError):
    """A fact that cannot be: named, so that the form can show it."""

    code = "parties.evidence_field_malformed"
    title = Text(zh="资料填写有误", en="A fact is wrong")
    detail = Text(zh="{field} 的内容不符合要求", en="{field} is not acceptable")


def check_transition(before: State, after: State) -> None:
    """Raise `CaseStateWrong` unless the step exists."""
    if after not in TRANSITIONS[before]:
        raise CaseStateWrong(state=before.value)


def missing(needs: frozenset[Need], given: Sequence[Evidence]) -> list[EvidenceKind]:
    """Return what must still be handed in for these needs, in a steady order."""
    have = {each.kind for each in given}
    wanted = {kind for need in needs for kind in HANDED_IN.get(need, ())}
    return sorted(wanted - have)


# Business that only licensed institutions may do (银行业监督管理法 第十九条; 防范和处置非法集资条例
# 第三十九条): seen in a scope, staff ask for the licence.
LICENSED_BUSINESS: Final = re.compile(
    r"吸收公众存款|发放贷款|融资担保|支付业务|证券经纪|期货|保险代理|外汇|典当|小额贷款"
    r"|融资租赁|商业保理|虚拟货币|代币|彩票|民间借贷"
)


def needs_licence(scope: str) -> bool:
    """Tell whether a business scope names what only licensed institutions may do."""
    return LICENSED_BUSINESS.search(scope) is not None
