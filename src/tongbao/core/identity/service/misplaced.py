"""A client's token shown from outside the client's networks: ended, written down, told of."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select, update

from tongbao.core.identity.domain import MemberRole
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.events import ClientMisplaced
from tongbao.core.identity.models import SecurityEventRow
from tongbao.core.identity.models.clients import ClientRow, ClientTokenRow
from tongbao.core.identity.service.memberships import members
from tongbao.core.identity.service.security import note
from tongbao.infra import jobs, outbox
from tongbao.infra.auth import token_hash
from tongbao.infra.db import WriteSession

NOTED_EVERY: Final = timedelta(hours=1)
_RESPONSIBLE: Final = frozenset({MemberRole.HOLDER, MemberRole.ADMINISTRATOR})

_log = structlog.stdlib.get_logger(__name__)


async def note_misplaced_token(tx: WriteSession, token: str, address: str, at: datetime) -> None:
    """End a client's token that was shown from `address`, outside the client's networks.

    Somebody else has it, or the client has moved. Each token is told of once, for it ends: a storm
    of calls with it writes nothing more.
    """
    good = ClientTokenRow.token_sha256 == token_hash(token), ClientTokenRow.revoked_at.is_(None)
    client = await tx.scalar(  # locked before its token, as whoever changes a client does
        select(ClientRow)
        .where(ClientRow.id == select(ClientTokenRow.client_id).where(*good).scalar_subquery())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if client is None:
        return
    ended = await tx.scalar(
        update(ClientTokenRow)
        .where(*good)
        .values(revoked_at=at)
        .returning(ClientTokenRow.client_id)
    )
    if ended is None:
        return
    client.misplaced_at, client.misplaced_from = at, address
    await tx.flush()
    _log.warning("client_token_misplaced", client_id=str(client.id), address=address)
    misplaced = ClientMisplaced(client_id=client.id, party_id=client.party_id)
    await outbox.append(tx, [misplaced], at=at)
    if client.party_id is not None:
        arguments = {"client_id": str(client.id), "address": address}
        await jobs.defer(tx, "identity.note_misplaced", arguments)


async def tell_of_misplaced(
    tx: WriteSession, *, client_id: UUID, address: str, at: datetime
) -> None:
    """Tell those who look after the client's party; about one client once an hour at most."""
    client = await tx.get(ClientRow, client_id)
    assert client is not None, "clients are never deleted"
    assert client.party_id is not None, "a system without a party has nobody to tell"
    told = await tx.scalars(
        select(SecurityEventRow.user_id).where(
            SecurityEventRow.kind == SecurityKind.CLIENT_MISPLACED,
            SecurityEventRow.happened_at > at - NOTED_EVERY,
            SecurityEventRow.facts["client_id"].astext == str(client_id),
        )
    )
    known = set(told)
    for member in await members(tx, party_id=client.party_id, at=at):
        if member.role in _RESPONSIBLE and member.user_id not in known:
            await note(
                tx,
                user_id=member.user_id,
                kind=SecurityKind.CLIENT_MISPLACED,
                facts={"client_id": str(client_id), "client": client.name},
                address=address,
                at=at,
            )
