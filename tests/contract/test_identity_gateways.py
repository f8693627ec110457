"""The gateways that check identities against the sandbox's services, over real HTTP."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import httpx2
import pytest
from stdnum.cn import ric

from tongbao.core.parties.domain.checks import (
    BureauResult,
    CheckUnavailable,
    CheckUntrustworthy,
    Standing,
)
from tongbao.core.parties.gateways.asking import AskingLimits
from tongbao.core.parties.gateways.services import (
    BusinessRegistryGateway,
    FaceGateway,
    IdentityBureauGateway,
)
from tongbao_sandbox import firms, people, registrations
from tongbao_sandbox.identity_services import TOKEN_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

LIMITS = AskingLimits(
    connect_seconds_max=1.0,
    read_seconds_max=0.4,
    total_seconds_max=3.0,
    attempts_max=2,
    backoff_seconds=0.01,
)
BOOK, PEOPLE = firms.load(count=60), people.load()
FIRM, PERSON = BOOK.firms[0], PEOPLE.people[20]
SERVICES = ("business-registry", "identity-bureau", "face")


@dataclass(frozen=True)
class World:
    url: str
    token: str = TOKEN_DEFAULT
    limits: AskingLimits = LIMITS

    @property
    def registry(self) -> BusinessRegistryGateway:
        return BusinessRegistryGateway(
            base_url=f"{self.url}/registry", token=self.token, limits=self.limits
        )

    @property
    def bureau(self) -> IdentityBureauGateway:
        return IdentityBureauGateway(
            base_url=f"{self.url}/bureau", token=self.token, limits=self.limits
        )

    @property
    def face(self) -> FaceGateway:
        return FaceGateway(base_url=f"{self.url}/face", token=self.token, limits=self.limits)

    def asking(self, service: str) -> Callable[[], Awaitable[object]]:
        return {
            "business-registry": lambda: self.registry.entry(FIRM.registration_number),
            "identity-bureau": lambda: self.bureau.check(
                id_number=PERSON.id_number, name=PERSON.name
            ),
            "face": lambda: self.face.compare(
                id_number=PERSON.id_number, portrait=b"a", selfie=b"b"
            ),
        }[service]

    async def misbehave(self, service: str, kind: str, **facts: object) -> None:
        async with httpx2.AsyncClient() as client:
            answer = await client.put(
                f"{self.url}/sandbox/service-faults/{service}", json={"kind": kind, **facts}
            )
            answer.raise_for_status()


@pytest.fixture(scope="module")
def served() -> Iterator[World]:
    with running(create_app(book=BOOK)) as url:
        yield World(url)


@pytest.fixture
async def world(served: World) -> AsyncIterator[World]:
    yield served
    async with httpx2.AsyncClient() as client:
        for service in SERVICES:
            await client.delete(f"{served.url}/sandbox/service-faults/{service}")


async def test_the_registry_gives_the_entry_it_has(world: World) -> None:
    entry = await world.registry.entry(FIRM.registration_number)
    truth = registrations.registration(FIRM, PEOPLE)
    assert entry is not None
    assert (entry.name, entry.registration_number) == (FIRM.name, FIRM.registration_number)
    assert entry.legal_representative == registrations.representative(FIRM, PEOPLE).name
    assert (entry.status, entry.valid_until) == (Standing.IN_OPERATION, None)
    assert isinstance(entry.founded_on, date)
    assert entry.registered_capital is not None
    assert entry.registered_capital.text == truth.registered_capital


async def test_the_registry_knows_no_such_number(world: World) -> None:
    assert await world.registry.entry("91110000600037341L") is None
    assert await world.registry.entry("../../etc/passwd?x=1#y") is None


async def test_every_standing_occurs(world: World) -> None:
    book = firms.load(count=1_000)
    found = {registrations.registration(firm, PEOPLE).status for firm in book.firms}
    assert found == {each.value for each in Standing}


async def test_the_bureau_tells_match_mismatch_and_unknown(world: World) -> None:
    async def check(id_number: str, name: str) -> BureauResult:
        return await world.bureau.check(id_number=id_number, name=name)

    assert await check(PERSON.id_number, PERSON.name) is BureauResult.MATCH
    assert await check(PERSON.id_number, "别人") is BureauResult.MISMATCH
    assert await check("110101199001010015", PERSON.name) is BureauResult.UNKNOWN


@pytest.mark.parametrize(
    ("look", "alike", "alive"),
    [("alike", True, True), ("different", False, True), ("not_alive", True, False)],
)
async def test_the_face_service_tells_who_is_alike_and_alive(
    world: World, look: str, *, alike: bool, alive: bool
) -> None:
    person = next(each for each in PEOPLE.people if each.look == look)
    answer = await world.face.compare(id_number=person.id_number, portrait=b"a", selfie=b"b")
    assert (answer.similarity >= 80, answer.liveness >= 70) == (alike, alive)


async def test_the_picture_of_the_card_is_no_living_face(world: World) -> None:
    answer = await world.face.compare(id_number=PERSON.id_number, portrait=b"same", selfie=b"same")
    assert answer.liveness < 70


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["down", "error", "cut_off", "silent"])
async def test_who_does_not_answer_is_unavailable(world: World, service: str, kind: str) -> None:
    await world.misbehave(service, kind, seconds=1)
    began = time.perf_counter()
    with pytest.raises(CheckUnavailable) as failed:
        await world.asking(service)()
    assert time.perf_counter() - began < 3
    assert "{" not in failed.value.say("zh") + failed.value.say("en")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["garbage", "malformed", "flood", "other_subject", "redirect"])
async def test_what_cannot_be_the_answer_is_not_believed(
    world: World, service: str, kind: str
) -> None:
    await world.misbehave(service, kind)
    with pytest.raises(CheckUntrustworthy):
        await world.asking(service)()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_short_trouble_is_asked_again(world: World, service: str) -> None:
    await world.misbehave(service, "down", times=1)
    assert await world.asking(service)() is not None


@pytest.mark.parametrize("service", SERVICES)
async def test_wrong_credentials_are_our_trouble(world: World, service: str) -> None:
    with pytest.raises(CheckUnavailable):
        await replace(world, token="wrong").asking(service)()


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_listening_is_unavailable(world: World, service: str) -> None:
    with pytest.raises(CheckUnavailable):
        await replace(world, url="http://127.0.0.1:9").asking(service)()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_whole_takes_no_longer_than_it_may(world: World, service: str) -> None:
    await world.misbehave(service, "silent", seconds=2)
    patient = replace(LIMITS, read_seconds_max=10.0, total_seconds_max=0.3)
    began = time.perf_counter()
    with pytest.raises(CheckUnavailable):
        await replace(world, limits=patient).asking(service)()
    assert time.perf_counter() - began < 2


def test_people_are_the_same_every_time_and_their_numbers_are_right() -> None:
    assert people.load() is not PEOPLE
    assert people.load().people == PEOPLE.people
    assert all(ric.calc_check_digit(each.id_number) == each.id_number[-1] for each in PEOPLE.people)
    assert all(f"{each.born_on:%Y%m%d}" == each.id_number[6:14] for each in PEOPLE.people)
