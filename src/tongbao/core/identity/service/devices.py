"""Devices: recognised by a signed cookie, listed, revoked."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, null, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.devices import (
    DEVICES_PER_USER_MAX,
    Device,
    DeviceFacts,
    DeviceId,
    UnknownDevice,
    clean_address,
    clean_fingerprint,
    clean_user_agent,
    device_name,
)
from tongbao.core.identity.domain.sessions import Ended
from tongbao.core.identity.models import DeviceRow, SessionRow
from tongbao.infra import keys
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

_COOKIE_BYTES: Final = 16 + 32  # the browser's id and its tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A device of a user as a log-in finds it; `known`: nothing speaks against it being theirs."""

    id: DeviceId
    browser_id: UUID
    known: bool


def read_device_cookie(cookie: str | None) -> UUID | None:
    """Return the browser's id that we have signed; None for anything else."""
    if cookie is None:
        return None
    try:
        raw = urlsafe_b64decode(cookie)
    except ValueError:
        return None
    if len(raw) != _COOKIE_BYTES or urlsafe_b64encode(raw).decode() != cookie:
        return None
    if not keys.is_tag(raw[16:], "device cookie", raw[:16]):
        return None
    return UUID(bytes=raw[:16])


def device_cookie(browser_id: UUID) -> str:
    """Return the cookie by which this browser is known again."""
    return urlsafe_b64encode(
        browser_id.bytes + keys.tag("device cookie", browser_id.bytes)
    ).decode()


async def is_known(tx: ReadSession, *, user_id: UUID, device: DeviceFacts) -> bool:
    """Tell whether the user has proven all factors on this device before.

    Its cookie must be ours and of this user, not revoked; and where a fingerprint was handed in
    then, the same must be now: a cookie that was copied elsewhere is no known device.
    """
    browser_id = read_device_cookie(device.cookie)
    row = (
        await tx.execute(
            select(DeviceRow.fingerprint).where(
                DeviceRow.user_id == user_id,
                DeviceRow.browser_id == browser_id,
                DeviceRow.trusted_at.is_not(None),
                DeviceRow.revoked_at.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        return False
    shown = clean_fingerprint(device.fingerprint)
    return row.fingerprint is None or (
        shown is not None and keys.is_tag(row.fingerprint, "fingerprint", shown.encode())
    )


async def remember(
    tx: WriteSession, *, user_id: UUID, device: DeviceFacts, trusted: bool, at: datetime
) -> Recognised:
    """Store that the user has logged in from this device, `trusted` if by all factors.

    A browser without a cookie of ours gets an id; one that was revoked begins anew.
    """
    known = await is_known(tx, user_id=user_id, device=device)
    browser_id = read_device_cookie(device.cookie) or new_id()
    fingerprint = _fingerprint(device)
    values = {
        "id": new_id(),
        "user_id": user_id,
        "browser_id": browser_id,
        "fingerprint": fingerprint,
        "user_agent": clean_user_agent(device.user_agent),
        "address": clean_address(device.address),
        "first_seen_at": at,
        "last_seen_at": at,
        "trusted_at": at if trusted else None,
    }
    new = insert(DeviceRow).values(values)
    still_trusted = case((DeviceRow.revoked_at.is_(None), DeviceRow.trusted_at), else_=null())
    device_id = await tx.scalar(
        new.on_conflict_do_update(
            index_elements=["user_id", "browser_id"],
            set_={
                "fingerprint": new.excluded.fingerprint if fingerprint else DeviceRow.fingerprint,
                "user_agent": new.excluded.user_agent,
                "address": new.excluded.address,
                "last_seen_at": new.excluded.last_seen_at,
                "trusted_at": new.excluded.trusted_at if trusted else still_trusted,
                "revoked_at": null(),
            },
        ).returning(DeviceRow.id)
    )
    assert device_id is not None
    return Recognised(id=DeviceId(device_id), browser_id=browser_id, known=known)


async def list_devices(tx: ReadSession, *, user_id: UUID) -> Sequence[Device]:
    """Return the user's devices, the one used last first; revoked ones are gone."""
    rows = await tx.scalars(
        select(DeviceRow)
        .where(DeviceRow.user_id == user_id, DeviceRow.revoked_at.is_(None))
        .order_by(DeviceRow.last_seen_at.desc(), DeviceRow.id)
        .limit(DEVICES_PER_USER_MAX)
    )
    return [_device(row) for row in rows]


async def revoke_device(tx: WriteSession, *, user_id: UUID, device_id: UUID, at: datetime) -> None:
    """Forget a device and end its sessions, at once. Raises `UnknownDevice`."""
    revoked = await tx.scalar(
        update(DeviceRow)
        .where(
            DeviceRow.id == device_id,
            DeviceRow.user_id == user_id,
            DeviceRow.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .returning(DeviceRow.id)
    )
    if revoked is None:
        raise UnknownDevice(device_id=device_id)
    await tx.execute(
        update(SessionRow)
        .where(SessionRow.device_id == device_id, SessionRow.ended_at.is_(None))
        .values(ended_at=at, end_reason=Ended.DEVICE_REVOKED)
    )


def _fingerprint(device: DeviceFacts) -> bytes | None:
    """Return a tag of the fingerprint: stored, it cannot be shown again."""
    text = clean_fingerprint(device.fingerprint)
    return None if text is None else keys.tag("fingerprint", text.encode())


def _device(row: DeviceRow) -> Device:
    return Device(
        id=DeviceId(row.id),
        name=device_name(row.user_agent),
        known=row.trusted_at is not None,
        address=row.address,
        place=row.place,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
    )
