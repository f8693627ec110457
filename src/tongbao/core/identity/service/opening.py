"""A person opens their firm here: they become its holder, and stand for it until it is proven.

Nobody has to believe them. The firm is a prospect that can do nothing before its case is approved,
and the case compares the registry's legal representative with whoever opened it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.identity.domain import MemberRole, Membership
from tongbao.core.identity.domain.opening import (
    SHARE_WITHOUT_OTHERS,
    UNPROVEN_MAX,
    NotIdentified,
    TooManyUnproven,
)
from tongbao.core.identity.models import MembershipRow, UserRow
from tongbao.core.identity.service.actors import is_member_at
from tongbao.core.identity.service.memberships import add_member
from tongbao.core.parties import service as parties
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date

_HELD_MAX: Final = 200


async def open_company(
    tx: WriteSession,
    *,
    user_id: UUID,
    name: str,
    registration_number: str,
    share_basis_points: int | None,
    at: datetime,
) -> tuple[parties.Party, Membership]:
    """Register a firm whose legal representative the user is, and make them its holder.

    A share above three quarters is kept as well: then nobody else can be a beneficial owner, so
    all of them are known. Of two at once for one user the second waits.

    Raises:
        NotIdentified: the user is no person here, or one whose identity nobody has checked.
        TooManyUnproven: they have opened others that are not proven yet.
        parties.NameMalformed, RegistrationNumberMalformed, RegistrationNumberTaken.
    """
    await tx.execute(select(UserRow.id).where(UserRow.id == user_id).with_for_update())
    held = await tx.scalars(
        select(MembershipRow.party_id)
        .where(
            MembershipRow.user_id == user_id,
            MembershipRow.role == MemberRole.HOLDER.value,
            is_member_at(at),
        )
        .order_by(MembershipRow.id)
        .limit(_HELD_MAX)
    )
    found = [await parties.get(tx, each) for each in held]
    persons = [each for each in found if each.kind is parties.PartyKind.PERSON]
    person = next((each for each in persons if each.level >= parties.Level.BASIC), None)
    if person is None:
        raise NotIdentified
    firms = [each for each in found if each.kind is parties.PartyKind.ORGANISATION]
    if sum(each.level is parties.Level.NONE for each in firms) >= UNPROVEN_MAX:
        raise TooManyUnproven(count_max=UNPROVEN_MAX)
    firm = await parties.register_organisation(
        tx, name=name, registration_number=registration_number, at=at
    )
    relations: list[tuple[parties.RelationshipKind, int | None]]
    relations = [(parties.RelationshipKind.LEGAL_REPRESENTATIVE, None)]
    if share_basis_points is not None and share_basis_points > SHARE_WITHOUT_OTHERS:
        relations.append((parties.RelationshipKind.BENEFICIAL_OWNER, share_basis_points))
    for kind, share in relations:
        await parties.relate(
            tx,
            kind=kind,
            from_party_id=person.id,
            to_party_id=firm.id,
            since=business_date(at),
            created_by=user_id,
            share_basis_points=share,
            at=at,
        )
    membership = await add_member(
        tx,
        user_id=user_id,
        party_id=firm.id,
        role=MemberRole.HOLDER,
        bands={},
        added_by=user_id,
        at=at,
    )
    return firm, membership
