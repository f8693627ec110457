"""Sessions in a real database: begun, found, renewed, ended."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.unit.core.conftest import AT
from tests.unit.core.identity.people import a_device, a_user
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.sessions import GRACE, IDLE_MAX, LIFETIME, ROTATION
from tongbao.core.identity.models import SessionRow
from tongbao.core.identity.service import Ended, devices
from tongbao.core.identity.service.sessions import find_session, keep_session, purge_sessions
from tongbao.infra.auth import SecretReused
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ids import new_id

SECOND = timedelta(seconds=1)
PASSWORD_ONLY = frozenset({"password"})


async def begun(tx: WriteSession, user: identity.User, at: datetime = AT) -> identity.NewSession:
    return await identity.begin_session(
        tx, user_id=user.id, factors=PASSWORD_ONLY, device=a_device(), at=at
    )


async def rotated(tx: WriteSession, secret: str, at: datetime) -> str:
    renewed = await keep_session(tx, secret, at)
    assert renewed is not None
    return renewed.secret


async def test_a_session_stands_for_its_user(tx: WriteSession) -> None:
    user = await a_user(tx)
    session = await begun(tx, user)
    found = await find_session(tx, session.secret, AT)
    assert found is not None
    assert (found.session_id, found.upkeep) == (session.session_id, False)
    actor = found.actor
    assert (actor.id, actor.session_id, actor.factors) == (
        user.id,
        session.session_id,
        PASSWORD_ONLY,
    )
    assert actor.party_ids == user.party_ids
    assert actor.may("accounts:open")
    assert actor.device_id == (await tx.get_one(SessionRow, session.session_id)).device_id


async def test_finding_is_one_query(tx: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await begun(tx, await a_user(tx))
    statements = 0
    fetch = ReadSession.fetch

    async def counting(self: ReadSession, *args: Any, **kwargs: Any) -> object:
        nonlocal statements
        statements += 1
        return await fetch(self, *args, **kwargs)

    monkeypatch.setattr(ReadSession, "fetch", counting)
    monkeypatch.setattr(ReadSession, "execute", None)
    assert await find_session(tx, session.secret, AT) is not None
    assert statements == 1


async def test_the_secret_is_not_stored(tx: WriteSession) -> None:
    session = await begun(tx, await a_user(tx))
    for table in ("identity_session", "identity_session_secret", "identity_device"):
        rows = (await tx.execute(text(f"SELECT * FROM {table}"))).all()
        assert rows
        assert session.secret not in str(rows)
        assert session.device_cookie not in str(rows)


async def test_a_session_ends_by_idleness_and_by_age(tx: WriteSession) -> None:
    session = await begun(tx, await a_user(tx))
    assert await find_session(tx, session.secret, AT + IDLE_MAX - SECOND) is not None
    assert await find_session(tx, session.secret, AT + IDLE_MAX) is None
    at, secret = AT, session.secret
    while at < AT + LIFETIME - IDLE_MAX:
        at += ROTATION
        secret = await rotated(tx, secret, at)
        assert await keep_session(tx, secret, at) is None
    last = AT + LIFETIME - SECOND
    assert await keep_session(tx, secret, at + IDLE_MAX - SECOND)
    assert await find_session(tx, secret, last) is not None
    assert await find_session(tx, secret, AT + LIFETIME) is None


async def test_a_secret_is_renewed_and_the_old_one_soon_worthless(tx: WriteSession) -> None:
    session = await begun(tx, await a_user(tx))
    at = AT + ROTATION
    new = await rotated(tx, session.secret, at)
    assert new != session.secret
    assert await keep_session(tx, new, at + SECOND) is None  # the browser has it
    assert await find_session(tx, session.secret, at + SECOND + GRACE) is not None
    with pytest.raises(SecretReused):
        await find_session(tx, session.secret, at + 2 * SECOND + GRACE)
    assert await find_session(tx, new, at + 2 * SECOND + GRACE) is not None


async def test_whoever_shows_an_old_secret_ends_the_session_for_all(tx: WriteSession) -> None:
    user = await a_user(tx)
    session = await begun(tx, user)
    at = AT + ROTATION
    new = await rotated(tx, session.secret, at)
    await keep_session(tx, new, at)
    late = at + GRACE + SECOND
    assert await keep_session(tx, session.secret, late) is None
    assert await find_session(tx, new, late) is None
    assert await find_session(tx, session.secret, late) is None
    types = await tx.scalars(
        text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq"),
        {"id": str(user.id)},
    )
    assert list(types)[-1] == "identity.session_reused"


async def test_an_answer_that_got_lost_costs_nobody_the_session(tx: WriteSession) -> None:
    session = await begun(tx, await a_user(tx))
    at = AT + ROTATION
    lost = await rotated(tx, session.secret, at)
    later = at + timedelta(minutes=5)
    assert await find_session(tx, session.secret, later) is not None
    arrived = await rotated(tx, session.secret, later)
    await keep_session(tx, arrived, later)
    with pytest.raises(SecretReused):
        await find_session(tx, lost, later + GRACE + SECOND)


async def test_of_parallel_requests_one_renews_the_secret(database: Database) -> None:
    async with database.write() as tx:
        session = await begun(tx, await a_user(tx))

    async def request() -> object:
        async with database.write() as tx:
            return await keep_session(tx, session.secret, AT + ROTATION)

    renewed = [each for each in await asyncio.gather(*(request() for _ in range(6))) if each]
    assert len(renewed) == 1


async def test_a_new_log_in_gets_a_new_session_and_a_known_browser_keeps_its_device(
    tx: WriteSession,
) -> None:
    user = await a_user(tx)
    one = await begun(tx, user)
    other = await identity.begin_session(
        tx, user_id=user.id, factors=PASSWORD_ONLY, device=a_device(cookie=one.device_cookie), at=AT
    )
    assert one.session_id != other.session_id
    assert one.secret != other.secret
    assert one.csrf != other.csrf
    assert one.device_cookie == other.device_cookie
    (device,) = await identity.list_devices(tx, user_id=user.id)
    assert device.known


async def test_sessions_are_listed_and_ended_one_by_one(tx: WriteSession) -> None:
    user, stranger = await a_user(tx), await a_user(tx)
    one, other = await begun(tx, user), await begun(tx, user, AT + SECOND)
    theirs = await begun(tx, stranger)
    listed = await identity.list_sessions(tx, user_id=user.id, at=AT + SECOND)
    assert [each.id for each in listed] == [other.session_id, one.session_id]
    await identity.revoke_session(tx, user_id=user.id, session_id=one.session_id, at=AT)
    assert await find_session(tx, one.secret, AT) is None
    assert await find_session(tx, other.secret, AT) is not None
    for session_id in (one.session_id, theirs.session_id, new_id()):
        with pytest.raises(identity.UnknownSession):
            await identity.revoke_session(tx, user_id=user.id, session_id=session_id, at=AT)
    assert await find_session(tx, theirs.secret, AT) is not None


async def test_all_sessions_but_one_end_together(tx: WriteSession) -> None:
    user = await a_user(tx)
    kept, gone, also_gone = [await begun(tx, user) for _ in range(3)]
    ended = await identity.end_sessions(
        tx, user_id=user.id, why=Ended.PASSWORD_CHANGED, at=AT, but=kept.session_id
    )
    assert ended == 2
    assert await find_session(tx, kept.secret, AT) is not None
    assert await find_session(tx, gone.secret, AT) is None
    assert await find_session(tx, also_gone.secret, AT) is None


async def test_the_oldest_sessions_make_room(tx: WriteSession) -> None:
    user = await a_user(tx)
    made = [await begun(tx, user, AT + SECOND * i) for i in range(21)]
    assert await find_session(tx, made[0].secret, AT + SECOND * 20) is None
    assert await find_session(tx, made[1].secret, AT + SECOND * 20) is not None


async def test_a_forgotten_device_loses_its_sessions_and_is_unknown(tx: WriteSession) -> None:
    user = await a_user(tx)
    session = await begun(tx, user)
    facts = a_device(cookie=session.device_cookie)
    (device,) = await identity.list_devices(tx, user_id=user.id)
    assert await devices.is_known(tx, user_id=user.id, device=facts)
    stranger = await a_user(tx)
    with pytest.raises(identity.UnknownDevice):
        await identity.revoke_device(tx, user_id=stranger.id, device_id=device.id, at=AT)
    await identity.revoke_device(tx, user_id=user.id, device_id=device.id, at=AT)
    assert await find_session(tx, session.secret, AT) is None
    assert not await devices.is_known(tx, user_id=user.id, device=facts)
    assert await identity.list_devices(tx, user_id=user.id) == []
    with pytest.raises(identity.UnknownDevice):
        await identity.revoke_device(tx, user_id=user.id, device_id=device.id, at=AT)


async def test_a_device_is_known_to_its_user_only(tx: WriteSession) -> None:
    user, other = await a_user(tx), await a_user(tx)
    session = await begun(tx, user)
    facts = a_device(cookie=session.device_cookie)
    assert not await devices.is_known(tx, user_id=other.id, device=facts)


@pytest.mark.parametrize("shown", [None, "b" * 64])
async def test_a_copied_cookie_without_the_fingerprint_is_no_known_device(
    tx: WriteSession, shown: str | None
) -> None:
    user = await a_user(tx)
    session = await identity.begin_session(
        tx,
        user_id=user.id,
        factors=PASSWORD_ONLY,
        device=a_device(fingerprint="a" * 64),
        at=AT,
    )
    same = a_device(cookie=session.device_cookie, fingerprint="a" * 64)
    copied = a_device(cookie=session.device_cookie, fingerprint=shown)
    assert await devices.is_known(tx, user_id=user.id, device=same)
    assert not await devices.is_known(tx, user_id=user.id, device=copied)


async def test_a_tampered_device_cookie_is_none(tx: WriteSession) -> None:
    session = await begun(tx, await a_user(tx))
    good = session.device_cookie
    assert devices.read_device_cookie(good) is not None
    for position in range(len(good)):
        letter = "A" if good[position] != "A" else "B"
        bad = good[:position] + letter + good[position + 1 :]
        assert devices.read_device_cookie(bad) is None
    for other in ("", "x", good + "A" * 4, good + "=", "é" * 64, "\n" + good, None):
        assert devices.read_device_cookie(other) is None


async def test_a_log_in_that_proved_less_makes_no_device_known(tx: WriteSession) -> None:
    user = await a_user(tx)
    session = await identity.begin_session(
        tx, user_id=user.id, factors=PASSWORD_ONLY, device=a_device(), trusted=False, at=AT
    )
    facts = a_device(cookie=session.device_cookie)
    assert not await devices.is_known(tx, user_id=user.id, device=facts)


async def test_what_expired_long_ago_is_deleted(tx: WriteSession) -> None:
    session = await begun(tx, await a_user(tx))
    assert await purge_sessions(tx, before=AT) == 0
    assert await purge_sessions(tx, before=AT + LIFETIME + SECOND) >= 1
    assert await find_session(tx, session.secret, AT) is None
