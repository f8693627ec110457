"""Who stands in which relation to whom.

A relationship goes *from* the one who acts, owns or vouches *to* the one it is about. It lasts
[since, until); nothing is deleted, it ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.parties.domain.levels import PartyKind
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

RelationshipId = NewType("RelationshipId", UUID)

WHOLE_BASIS_POINTS: Final = 10_000
# A beneficial owner holds 25 % or more: 受益所有人信息管理办法 (中国人民银行令〔2024〕第3号).
BENEFICIAL_BASIS_POINTS_MIN: Final = 2_500
GUARANTEE_DEPTH_MAX: Final = 20


class RelationshipKind(StrEnum):
    """What the one is to the other."""

    LEGAL_REPRESENTATIVE = "legal_representative"  # 法定代表人
    AUTHORISED_OPERATOR = "authorised_operator"  # 授权经办人
    BENEFICIAL_OWNER = "beneficial_owner"  # 受益所有人
    GUARANTOR = "guarantor"  # 保证人
    FAMILY = "family"  # 亲属, seen from either side


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship; `share_basis_points` is a beneficial owner's part of 10,000."""

    id: RelationshipId
    kind: RelationshipKind
    from_party_id: UUID
    to_party_id: UUID
    share_basis_points: int | None
    since: date
    until: date | None
    created_by: UUID
    created_at: datetime


class RelationshipNotPossible(TongbaoError):
    """Not between these two, or not with this share."""

    code = "parties.relationship_not_possible"
    title = Text(zh="关系不成立", en="This relationship is not possible")
    detail = Text(
        zh="{relationship} 不能在这两个客户之间建立，或持股比例不符："
        "仅受益所有人填写，须为 25% 至 100%",
        en="{relationship} is not possible between these two, or with this share: owners alone "
        "have one, of 25 % to 100 %",
    )


class RelationshipTaken(TongbaoError):
    """It is there already, or there may be one only."""

    code = "parties.relationship_taken"
    kind = Kind.CONFLICT
    title = Text(zh="该关系已存在", en="The relationship is there already")


class SharesExceedWhole(TongbaoError):
    """The owners would hold more than everything."""

    code = "parties.shares_exceed_whole"
    kind = Kind.CONFLICT
    title = Text(zh="持股比例合计超过 100%", en="The shares add up to more than 100 %")
    detail = Text(
        zh="已登记 {taken} 个基点（共 10000），不能再加 {added}",
        en="{taken} of 10,000 basis points are taken; {added} more do not fit",
    )


class GuaranteeCircle(TongbaoError):
    """Whoever vouches for his own guarantor adds no security."""

    code = "parties.guarantee_circle"
    kind = Kind.CONFLICT
    title = Text(zh="不得循环担保", en="Guarantees must not go in a circle")


class UnknownRelationship(TongbaoError):
    """There is no such relationship, or none the caller may see."""

    code = "parties.unknown_relationship"
    kind = Kind.NOT_FOUND
    title = Text(zh="关系不存在", en="Unknown relationship")


class EndBeforeBegin(TongbaoError):
    """A relationship ends after it began."""

    code = "parties.end_before_begin"
    title = Text(zh="终止日期须晚于开始日期", en="It ends after it begins")


_PERSON: Final = frozenset({PartyKind.PERSON})
_ORGANISATION: Final = frozenset({PartyKind.ORGANISATION})
_ANY: Final = _PERSON | _ORGANISATION
_BETWEEN: Final = {
    RelationshipKind.LEGAL_REPRESENTATIVE: (_PERSON, _ORGANISATION),
    RelationshipKind.AUTHORISED_OPERATOR: (_PERSON, _ORGANISATION),
    RelationshipKind.BENEFICIAL_OWNER: (_PERSON, _ORGANISATION),
    RelationshipKind.GUARANTOR: (_ANY, _ANY),
    RelationshipKind.FAMILY: (_PERSON, _PERSON),
}


def check_ends(
    kind: RelationshipKind,
    *,
    from_kind: PartyKind,
    to_kind: PartyKind,
    same: bool,
    share_basis_points: int | None,
) -> None:
    """Raise `RelationshipNotPossible` unless the two can stand in this relation."""
    from_allowed, to_allowed = _BETWEEN[kind]
    possible = not same and from_kind in from_allowed and to_kind in to_allowed
    if kind is RelationshipKind.BENEFICIAL_OWNER:
        share = share_basis_points or 0
        possible = possible and BENEFICIAL_BASIS_POINTS_MIN <= share <= WHOLE_BASIS_POINTS
    else:
        possible = possible and share_basis_points is None
    if not possible:
        raise RelationshipNotPossible(relationship=kind.value)


def check_shares(held: Iterable[int], added: int) -> None:
    """Raise `SharesExceedWhole` if all owners of a moment held more than everything."""
    taken = sum(held)
    if taken + added > WHOLE_BASIS_POINTS:
        raise SharesExceedWhole(taken=taken, added=added)
