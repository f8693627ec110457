"""Looking at a log-in after it happened: a new device, a new place, an impossible journey."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update

from tongbao.core.identity.domain.devices import device_name
from tongbao.core.identity.domain.places import Located, Place, judge
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.gateways.places import PlacesGateway
from tongbao.core.identity.models import DeviceRow, SecurityEventRow, SessionRow
from tongbao.core.identity.service.security import note
from tongbao.infra.db import ReadSession, WriteSession

REMEMBERED: Final = timedelta(days=180)
LOOKED_AT_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A log-in that is to be looked at."""

    session_id: UUID
    user_id: UUID
    device_id: UUID
    device: str
    address: str
    at: datetime
    located: bool


def connect_places(*, base_url: str) -> PlacesGateway:
    """Return the gateway that tells where addresses are."""
    return PlacesGateway(base_url=base_url)


async def find_log_in(tx: ReadSession, *, session_id: UUID) -> Seen | None:
    """Return a log-in by its session."""
    row = (
        await tx.execute(
            select(SessionRow, DeviceRow.user_agent)
            .join(DeviceRow, DeviceRow.id == SessionRow.device_id)
            .where(SessionRow.id == session_id)
        )
    ).one_or_none()
    if row is None:
        return None
    session, user_agent = row
    return Seen(
        session_id=session.id,
        user_id=session.user_id,
        device_id=session.device_id,
        device=device_name(user_agent),
        address=session.address,
        at=session.began_at,
        located=session.place is not None,
    )


async def note_new_device(tx: WriteSession, *, seen: Seen) -> None:
    """Tell the user of a log-in on a device that is not their first and was never seen before."""
    first_here = await tx.scalar(
        select(func.min(SessionRow.began_at)).where(SessionRow.device_id == seen.device_id)
    )
    others = await tx.scalar(
        select(DeviceRow.id)
        .where(
            DeviceRow.user_id == seen.user_id,
            DeviceRow.id != seen.device_id,
            DeviceRow.first_seen_at <= seen.at,
        )
        .limit(1)
    )
    if first_here == seen.at and others is not None:
        await _note(tx, SecurityKind.NEW_DEVICE, seen, device=seen.device)


async def note_place(tx: WriteSession, *, seen: Seen, place: Place) -> None:
    """Write down where a log-in came from; tell the user if that is remarkable."""
    before = [
        Located(row.place, row.latitude_e4, row.longitude_e4, row.began_at)
        for row in await tx.execute(
            select(
                SessionRow.place,
                SessionRow.latitude_e4,
                SessionRow.longitude_e4,
                SessionRow.began_at,
            )
            .where(
                SessionRow.user_id == seen.user_id,
                SessionRow.id != seen.session_id,
                SessionRow.place.is_not(None),
                SessionRow.began_at <= seen.at,
                SessionRow.began_at > seen.at - REMEMBERED,
            )
            .order_by(SessionRow.began_at.desc())
            .limit(LOOKED_AT_MAX)
        )
    ]
    await tx.execute(
        update(SessionRow)
        .where(SessionRow.id == seen.session_id)
        .values(place=place.name, latitude_e4=place.latitude_e4, longitude_e4=place.longitude_e4)
    )
    await tx.execute(
        update(DeviceRow).where(DeviceRow.id == seen.device_id).values(place=place.name)
    )
    now = Located(place.name, place.latitude_e4, place.longitude_e4, seen.at)
    kind = judge(now, before)
    if kind is not None:
        await _note(tx, kind, seen, device=seen.device, place=place.name)


async def _note(tx: WriteSession, kind: SecurityKind, seen: Seen, **facts: str) -> None:
    """Tell the user once: the job that looks may run again."""
    noted = await tx.scalar(
        select(SecurityEventRow.id)
        .where(
            SecurityEventRow.user_id == seen.user_id,
            SecurityEventRow.kind == kind,
            SecurityEventRow.facts["session_id"].astext == str(seen.session_id),
        )
        .limit(1)
    )
    if noted is None:
        await note(
            tx,
            user_id=seen.user_id,
            kind=kind,
            facts={"session_id": str(seen.session_id), **facts},
            address=seen.address,
            at=seen.at,
        )
