"""Writing to the members of staff who hold a role."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import any_, literal, select

from tongbao.core.identity.domain.permissions import Role, UserKind
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service.contacts import contacts_of, recipient
from tongbao.infra import notify
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Language

PEOPLE_MAX: Final = 200


async def tell_role(
    tx: WriteSession,
    *,
    role: Role,
    template: notify.Template,
    facts: Callable[[Language], Mapping[str, str]],
    at: datetime,
) -> int:
    """Write to every contact of those who hold a role now, each in its language.

    Who is blocked gets nothing. Returns how many people have a contact to be written to.
    """
    users = await tx.scalars(
        select(UserRow.id)
        .where(
            UserRow.kind == UserKind.STAFF.value,
            literal(role.value) == any_(UserRow.roles),
            UserRow.blocked_at.is_(None),
        )
        .order_by(UserRow.id)
        .limit(PEOPLE_MAX)
    )
    found = [await contacts_of(tx, user_id=user_id) for user_id in users.all()]
    told = [each for contacts in found for each in contacts]
    # In one order everywhere, since each address is locked until the transaction ends.
    for each in sorted(told, key=lambda one: (one.contact.channel, one.contact.address)):
        await notify.send(
            tx,
            to=recipient(each.contact),
            template=template,
            facts=facts(each.language),
            language=each.language,
            at=at,
        )
    return sum(map(bool, found))
