"""New devices, new places and impossible journeys: noticed after a log-in, told once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.unit.core.conftest import AT
from tests.unit.core.identity.people import (
    PASSWORD,
    a_device,
    a_user,
    an_address,
    sent_to,
    try_password,
    with_contact,
)
from tongbao.core.identity import jobs as identity_jobs
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.places import Located, distance_km, is_impossible, judge
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.gateways.places import PlacesGateway, PlacesUnavailable
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

SHANGHAI, SUZHOU, BEIJING, LONDON = "192.0.2.7", "192.0.2.200", "198.51.100.9", "198.51.100.200"
HOUR = timedelta(hours=1)


def located(place: str, latitude_e4: int, longitude_e4: int, at: datetime = AT) -> Located:
    return Located(place, latitude_e4, longitude_e4, at)


HERE = located("Shanghai, CN", 312_300, 1_214_700)
FAR = located("London, GB", 515_100, -1_300)


def test_distances_are_those_of_the_globe() -> None:
    assert distance_km(HERE, HERE) == 0
    assert distance_km(HERE, FAR) == pytest.approx(9_200, rel=0.01)
    poles = located("N", 900_000, 0), located("S", -900_000, 1_800_000)
    assert distance_km(*poles) == pytest.approx(20_015, rel=0.001)
    across = located("a", 0, 1_799_000), located("b", 0, -1_799_000)
    assert distance_km(*across) < 25


DEGREES = st.builds(
    located, st.just("x"), st.integers(-900_000, 900_000), st.integers(-1_800_000, 1_800_000)
)


@given(DEGREES, DEGREES)
def test_the_way_there_is_as_long_as_the_way_back(one: Located, other: Located) -> None:
    assert distance_km(one, other) == distance_km(other, one) <= 20_016


@pytest.mark.parametrize(("hours", "impossible"), [(0, True), (1, True), (9, True), (10, False)])
def test_a_journey_takes_its_time(*, hours: int, impossible: bool) -> None:
    later = Located(FAR.place, FAR.latitude_e4, FAR.longitude_e4, AT + hours * HOUR)
    assert is_impossible(HERE, later) is impossible


def test_what_is_remarkable_about_a_place() -> None:
    day_later = Located(FAR.place, FAR.latitude_e4, FAR.longitude_e4, AT + 24 * HOUR)
    assert judge(HERE, []) is None
    assert judge(HERE, [HERE]) is None
    assert judge(day_later, [HERE]) is SecurityKind.NEW_PLACE
    assert judge(day_later, [HERE, FAR]) is None
    assert judge(FAR, [HERE]) is SecurityKind.IMPOSSIBLE_TRAVEL


@pytest.fixture(scope="module")
def places() -> Iterator[str]:
    with running(create_app()) as url:
        yield f"{url}/places"


@pytest.fixture
def gateway(places: str) -> PlacesGateway:
    made = PlacesGateway(base_url=places)
    identity_jobs.locate_by(made)
    return made


async def log_in(
    database: Database,
    user: identity.User,
    address: str,
    *,
    cookie: str | None = None,
    at: datetime = AT,
    look: bool = True,
) -> identity.NewSession:
    async with database.write() as tx:
        session = await identity.begin_session(
            tx,
            user_id=user.id,
            factors=frozenset({"password"}),
            device=a_device(address=address, cookie=cookie),
            at=at,
        )
    if look:
        await identity_jobs.look_at_log_in(
            JobContext(database=database, at=at), session_id=str(session.session_id)
        )
    return session


async def noted(database: Database, user: identity.User) -> list[SecurityKind]:
    async with database.read() as tx:
        page = await identity.list_security_events(tx, user_id=user.id)
    return [each.kind for each in page.items]


@pytest.fixture
async def user(database: Database) -> identity.User:
    async with database.write() as tx:
        return await a_user(tx)


async def test_a_log_in_is_enqueued_to_be_looked_at(
    database: Database, user: identity.User
) -> None:
    session = await log_in(database, user, SHANGHAI, look=False)
    async with database.read() as tx:
        found = await tx.scalar(
            text(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name ="
                " 'identity.look_at_log_in' AND args->>'session_id' = :id"
            ),
            {"id": str(session.session_id)},
        )
    assert found == 1


async def test_the_first_device_is_no_news_and_the_next_one_is_told_once(
    database: Database, user: identity.User, gateway: PlacesGateway
) -> None:
    async with database.write() as tx:
        contact = await with_contact(tx, user)
    first = await log_in(database, user, SHANGHAI)
    await log_in(database, user, SHANGHAI, cookie=first.device_cookie, at=AT + HOUR)
    assert await noted(database, user) == []
    other = await log_in(database, user, SHANGHAI, at=AT + 2 * HOUR)
    await identity_jobs.look_at_log_in(
        JobContext(database=database, at=AT), session_id=str(other.session_id)
    )
    assert await noted(database, user) == [SecurityKind.NEW_DEVICE]
    async with database.read() as tx:
        (message,) = await sent_to(tx, contact)
    assert message.template == "identity.new_device"
    assert message.facts["device"] == "Firefox · Windows"


async def test_places_are_written_down_and_new_ones_told(
    database: Database, user: identity.User, gateway: PlacesGateway
) -> None:
    one = await log_in(database, user, SHANGHAI)
    cookie = one.device_cookie
    await log_in(database, user, SUZHOU, cookie=cookie, at=AT + HOUR)
    assert await noted(database, user) == [SecurityKind.NEW_PLACE]
    await log_in(database, user, SHANGHAI, cookie=cookie, at=AT + 2 * HOUR)
    await log_in(database, user, SUZHOU, cookie=cookie, at=AT + 3 * HOUR)
    assert await noted(database, user) == [SecurityKind.NEW_PLACE]
    async with database.read() as tx:
        listed = await identity.list_sessions(tx, user_id=user.id, at=AT + 3 * HOUR)
    assert listed[0].place == "Suzhou, CN"


async def test_nobody_is_in_two_far_places_at_once(
    database: Database, user: identity.User, gateway: PlacesGateway
) -> None:
    one = await log_in(database, user, BEIJING)
    await log_in(database, user, LONDON, cookie=one.device_cookie, at=AT + HOUR)
    assert await noted(database, user) == [SecurityKind.IMPOSSIBLE_TRAVEL]


async def test_an_address_without_a_place_is_nothing_to_worry_about(
    database: Database, user: identity.User, gateway: PlacesGateway
) -> None:
    await log_in(database, user, SHANGHAI)
    await log_in(database, user, "8.8.8.8", at=AT + HOUR)
    assert await noted(database, user) == [SecurityKind.NEW_DEVICE]
    assert await gateway.locate("8.8.8.8") is None
    assert await gateway.locate("unknown") is None
    assert await gateway.locate("../../sandbox/firms") is None


async def test_while_the_look_up_is_away_the_device_is_told_of_all_the_same(
    database: Database, user: identity.User, places: str
) -> None:
    identity_jobs.locate_by(PlacesGateway(base_url="http://127.0.0.1:1"))
    try:
        with pytest.raises(PlacesUnavailable):
            await log_in(database, user, SHANGHAI)
        with pytest.raises(PlacesUnavailable):
            await log_in(database, user, SHANGHAI, at=AT + HOUR)
    finally:
        identity_jobs.locate_by(PlacesGateway(base_url=places))
    assert await noted(database, user) == [SecurityKind.NEW_DEVICE]


async def test_many_refusals_are_told_once_an_hour_and_to_nobody_if_there_is_none(
    database: Database, user: identity.User
) -> None:
    async with database.write() as tx:
        for _ in range(5):
            await try_password(tx, user.login, "wrong")
    async with database.read() as tx:
        args = await tx.scalar(
            text(
                "SELECT args FROM procrastinate_jobs WHERE task_name = 'identity.note_refusals'"
                " ORDER BY id DESC LIMIT 1"
            )
        )
    assert args["user_id"] == str(user.id)
    context = JobContext(database=database, at=AT)
    for _ in range(2):
        await identity_jobs.note_refusals(context, **args)
    await identity_jobs.note_refusals(context, user_id=None, address=an_address())
    assert await noted(database, user) == [SecurityKind.LOG_INS_REFUSED]


async def test_a_reused_secret_is_told(database: Database, user: identity.User) -> None:
    await identity_jobs.note_reuse(JobContext(database=database, at=AT), user_id=str(user.id))
    assert await noted(database, user) == [SecurityKind.SESSION_REUSED]


async def test_what_is_over_is_deleted(database: Database, user: identity.User) -> None:
    await identity_jobs.purge(JobContext(database=database, at=AT))


async def test_the_list_shows_ones_own_and_nobody_elses(
    browser: httpx2.AsyncClient, database: Database, user: identity.User
) -> None:
    async with database.write() as tx:
        other = await a_user(tx)
        for who in (user, user, user, other):
            await identity.note(
                tx, user_id=who.id, kind=SecurityKind.PASSWORD_CHANGED, facts={}, at=AT
            )
    await browser.post(
        "/api/v1/identity/sessions", json={"login": user.login, "password": PASSWORD}
    )
    path = "/api/v1/identity/security-events"
    first = (await browser.get(path, params={"limit": 2})).json()
    rest = (await browser.get(path, params={"limit": 2, "after": first["next"]})).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert {each["kind"] for each in first["items"]} == {"password_changed"}
