"""Cases from opening to decision, against the sandbox's services over real HTTP."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from uuid import UUID

import httpx2
import pytest
from PIL import Image
from sqlalchemy import text

from tongbao.core.parties import service as parties
from tongbao.core.parties.gateways.services import (
    BusinessRegistryGateway,
    FaceGateway,
    IdentityBureauGateway,
)
from tongbao.core.parties.service import Finding, Level, State
from tongbao.infra import files
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao_sandbox import firms, people, registrations
from tongbao_sandbox.identity_services import TOKEN_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CUSTOMER, STAFF, OTHER_STAFF = new_id(), new_id(), new_id()
LIMITS = parties.AskingLimits(
    connect_seconds_max=1.0, read_seconds_max=5.0, total_seconds_max=10.0, attempts_max=1
)
BOOK, PEOPLE = firms.load(count=40), people.load()
_firms = count(10)
_people = count(100)


def clock() -> datetime:
    return AT


class Reader:
    """Stands for text recognition, which has tests of its own: says what it is told to."""

    def __init__(self) -> None:
        self.card: dict[str, str] | None = None
        self.paper: dict[str, str] | None = None

    async def id_card(self, front: bytes, back: bytes) -> dict[str, str] | None:
        assert front.startswith(b"\xff\xd8")
        assert back.startswith(b"\xff\xd8")
        return self.card

    async def licence(self, picture: bytes) -> dict[str, str] | None:
        assert picture.startswith(b"\xff\xd8")
        return self.paper


@dataclass
class World:
    database: Database
    url: str
    reader: Reader = field(default_factory=Reader)

    @property
    def outside(self) -> parties.Outside:
        def at(path: str) -> dict[str, object]:
            return {"base_url": f"{self.url}/{path}", "token": TOKEN_DEFAULT, "limits": LIMITS}

        return parties.Outside(
            registry=BusinessRegistryGateway(**at("registry")),  # type: ignore[arg-type]
            bureau=IdentityBureauGateway(**at("bureau")),  # type: ignore[arg-type]
            face=FaceGateway(**at("face")),  # type: ignore[arg-type]
            reader=self.reader,
        )

    async def misbehave(self, service: str, kind: str, **facts: object) -> None:
        async with httpx2.AsyncClient() as client:
            answer = await client.put(
                f"{self.url}/sandbox/service-faults/{service}", json={"kind": kind, **facts}
            )
            answer.raise_for_status()

    async def check(self, case: parties.Case) -> parties.Case:
        return await parties.check(self.database, self.outside, case_id=case.id, clock=clock)

    async def person(self, truth: people.Person, name: str | None = None) -> parties.Party:
        async with self.database.write() as tx:
            return await parties.register_person(tx, name=name or truth.name, at=AT)

    async def open(self, party: parties.Party, level: Level) -> parties.Case:
        async with self.database.write() as tx:
            return await parties.open_case(
                tx, party_id=party.id, level=level, opened_by=CUSTOMER, at=AT
            )

    async def hand_in_card(self, case: parties.Case, card: parties.IdCard) -> None:
        async with self.database.write() as tx:
            await parties.submit_id_card(
                tx, case_id=case.id, card=card, recorded_by=CUSTOMER, at=AT
            )

    async def hand_in_picture(self, case: parties.Case, kind: str, shade: int = 0) -> UUID:
        clean = await files.make_clean(picture(shade))
        async with self.database.write() as tx:
            made = await parties.submit_picture(
                tx,
                case_id=case.id,
                kind=parties.EvidenceKind(kind),
                picture=clean,
                name="照片.jpg",
                recorded_by=CUSTOMER,
                at=AT,
            )
        assert made.file_id is not None
        return made.file_id

    async def ask(self, case: parties.Case) -> parties.Case:
        async with self.database.write() as tx:
            return await parties.ask_for_check(tx, case_id=case.id, asked_by=CUSTOMER, at=AT)

    async def now(self, case: parties.Case) -> tuple[parties.Case, parties.Party]:
        async with self.database.read() as tx:
            found = await parties.get_case(tx, case.id)
            return found, await parties.get(tx, found.party_id)


def picture(shade: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (200, 150), (shade, 90, 90)).save(out, "JPEG")
    return out.getvalue()


def someone(look: str = "alike") -> people.Person:
    if look == "alike":
        return PEOPLE.people[next(_people)]
    return next(each for each in PEOPLE.people if each.look == look)


def card_of(truth: people.Person) -> parties.IdCard:
    """A card issued on a birthday, with the term the law gives at that age."""
    issued = date(2020, truth.born_on.month, min(truth.born_on.day, 28))
    age = issued.year - truth.born_on.year - (issued < truth.born_on.replace(year=2020))
    years = 5 if age < 16 else 10 if age < 26 else 20
    return parties.IdCard(
        name=truth.name,
        number=truth.id_number,
        sex=parties.Sex(truth.sex),
        born_on=truth.born_on,
        issuing_authority="杭州市公安局",
        valid_from=issued,
        valid_until=None if age >= 46 else issued.replace(year=issued.year + years),
    )


def read(card: parties.IdCard) -> dict[str, str]:
    return {
        "name": card.name,
        "number": card.number,
        "valid_from": card.valid_from.isoformat(),
        "valid_until": card.valid_until.isoformat() if card.valid_until else "long-term",
    }


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with running(create_app(book=BOOK)) as url:
        yield url


@pytest.fixture
async def world(database: Database, served: str) -> AsyncIterator[World]:
    yield World(database, served)
    async with httpx2.AsyncClient() as client:
        for service in ("business-registry", "identity-bureau", "face"):
            await client.delete(f"{served}/sandbox/service-faults/{service}")


async def prepared(world: World, truth: people.Person, level: Level) -> parties.Case:
    """A case with everything handed in that its level needs, and the check asked for."""
    case = await world.open(await world.person(truth), level)
    card = card_of(truth)
    await world.hand_in_card(case, card)
    if level >= Level.STANDARD:
        world.reader.card = read(card)
        await world.hand_in_picture(case, "id_card_front", 1)
        await world.hand_in_picture(case, "id_card_back", 2)
    if level >= Level.FULL:
        await world.hand_in_picture(case, "face", 3)
    return await world.ask(case)


@pytest.mark.parametrize("level", [Level.BASIC, Level.STANDARD, Level.FULL])
async def test_a_person_of_whom_all_agrees_gets_the_level_at_once(
    world: World, level: Level
) -> None:
    truth = someone()
    case = await prepared(world, truth, level)
    assert case.state is State.CHECKING
    done = await world.check(case)
    assert (done.state, done.findings, done.decided_by) == (State.APPROVED, (), None)
    _, party = await world.now(case)
    assert (party.level, party.status) == (level, parties.Status.ACTIVE)
    async with world.database.read() as tx:
        known = await parties.person(tx, party.id)
        document = await parties.current_document(tx, party.id, parties.DocumentType.ID_CARD)
        rating = await parties.risk_of(tx, party.id)
    assert known is not None
    assert (known.born_on, known.nationality) == (truth.born_on, "CN")
    assert document is not None
    assert document.number == truth.id_number
    assert rating is not None
    assert rating.review_on > date(2026, 11, 20)


@pytest.mark.parametrize(
    ("look", "state", "finding"),
    [
        ("different", State.REFUSED, Finding.FACE_DIFFERS),
        ("not_alive", State.REFUSED, Finding.FACE_NOT_ALIVE),
        ("unsure", State.NEEDS_STAFF, Finding.FACE_UNSURE),
    ],
)
async def test_a_face_that_is_not_the_cards(
    world: World, look: str, state: State, finding: Finding
) -> None:
    done = await world.check(await prepared(world, someone(look), Level.FULL))
    assert done.state is state
    assert finding in {each.finding for each in done.findings}
    assert (await world.now(done))[1].level is Level.NONE


async def test_a_wrong_name_is_refused_with_the_reason(world: World) -> None:
    truth = replace(someone(), name="冒名")
    done = await world.check(await prepared(world, truth, Level.BASIC))
    assert (done.state, done.findings[0].finding) == (State.REFUSED, Finding.BUREAU_MISMATCH)


async def test_a_picture_that_says_something_else_is_for_staff(world: World) -> None:
    case = await prepared(world, someone(), Level.STANDARD)
    world.reader.card = {**(world.reader.card or {}), "name": "别人"}
    done = await world.check(case)
    assert [(each.finding, each.about) for each in done.findings] == [
        (Finding.PICTURE_DIFFERS, "name")
    ]
    assert done.state is State.NEEDS_STAFF


async def test_what_was_read_for_the_form_is_not_read_again(world: World) -> None:
    truth = someone()
    case = await world.open(await world.person(truth), Level.STANDARD)
    world.reader.card = read(card_of(truth))
    await world.hand_in_picture(case, "id_card_front", 1)
    await world.hand_in_picture(case, "id_card_back", 2)
    await parties.read_pictures(world.database, world.outside, case_id=case.id, clock=clock)
    world.reader.card = None
    await world.hand_in_card(case, card_of(truth))
    done = await world.check(await world.ask(case))
    assert (done.state, done.findings) == (State.APPROVED, ())
    async with world.database.read() as tx:
        assert await parties.readings(tx, done, reader=CUSTOMER) == {}


async def test_without_text_recognition_staff_look_at_the_pictures(world: World) -> None:
    case = await prepared(world, someone(), Level.STANDARD)
    outside = replace(world.outside, reader=None)
    done = await parties.check(world.database, outside, case_id=case.id, clock=clock)
    assert done.state is State.NEEDS_STAFF
    assert [each.finding for each in done.findings] == [Finding.PICTURE_UNREAD]


async def test_a_bureau_that_is_down_is_asked_again_later(world: World) -> None:
    case = await prepared(world, someone(), Level.BASIC)
    await world.misbehave("identity-bureau", "down")
    waiting = await world.check(case)
    assert (waiting.state, waiting.attempts) == (State.WAITING, 1)
    async with world.database.read() as tx:
        job = (
            await tx.execute(
                text(
                    "SELECT scheduled_at FROM procrastinate_jobs"
                    " WHERE task_name = 'parties.check_case' AND args->>'case_id' = :id"
                    " AND scheduled_at IS NOT NULL"
                ),
                {"id": str(case.id)},
            )
        ).scalar_one()
    assert job == AT + timedelta(minutes=1)
    async with httpx2.AsyncClient() as client:
        await client.delete(f"{world.url}/sandbox/service-faults/identity-bureau")
    assert (await world.check(case)).state is State.APPROVED


async def test_who_never_answers_makes_it_a_case_for_staff(world: World) -> None:
    case = await prepared(world, someone(), Level.BASIC)
    await world.misbehave("identity-bureau", "down")
    for attempts in range(1, 6):
        assert (await world.check(case)).attempts == attempts
    done = await world.check(case)
    assert done.state is State.NEEDS_STAFF
    assert [(each.finding, each.about) for each in done.findings] == [
        (Finding.SERVICE_UNAVAILABLE, "identity_bureau")
    ]


async def test_an_answer_about_somebody_else_is_for_staff(world: World) -> None:
    case = await prepared(world, someone(), Level.BASIC)
    await world.misbehave("identity-bureau", "other_subject")
    done = await world.check(case)
    assert (done.state, done.findings[0].finding) == (
        State.NEEDS_STAFF,
        Finding.ANSWER_UNTRUSTWORTHY,
    )


async def test_checking_twice_decides_once(world: World) -> None:
    case = await prepared(world, someone(), Level.BASIC)
    first = await world.check(case)
    assert await world.check(case) == first
    async with world.database.read() as tx:
        party = (await world.now(case))[1]
        assert len(await parties.level_history(tx, party.id)) == 1


async def decide(world: World, case: parties.Case, by: UUID, *, approve: bool) -> parties.Case:
    async with world.database.write() as tx:
        return await parties.decide(
            tx, case_id=case.id, approve=approve, reason="已核对原件", decided_by=by, at=AT
        )


async def test_another_than_the_maker_decides(world: World) -> None:
    case = await world.check(await prepared(world, someone("unsure"), Level.FULL))
    assert case.state is State.NEEDS_STAFF
    with pytest.raises(parties.SamePerson):
        await decide(world, case, CUSTOMER, approve=True)
    done = await decide(world, case, OTHER_STAFF, approve=True)
    assert (done.state, done.decided_by) == (State.APPROVED, OTHER_STAFF)
    assert (await world.now(case))[1].level is Level.FULL
    with pytest.raises(parties.CaseStateWrong):
        await decide(world, case, STAFF, approve=False)


async def test_staff_refuse_and_a_new_case_may_be_opened(world: World) -> None:
    truth = replace(someone(), name="张三丰")
    party = await world.person(truth, name="张叁丰")
    case = await world.open(party, Level.BASIC)
    with pytest.raises(parties.CaseOpen):
        await world.open(party, Level.BASIC)
    await world.hand_in_card(case, replace(card_of(truth), name=truth.name))
    refused = await world.check(await world.ask(case))
    assert refused.state is State.REFUSED
    assert Finding.NAME_DIFFERS in {each.finding for each in refused.findings}
    again = await world.open(party, Level.BASIC)
    assert again.id != case.id


async def test_what_is_missing_is_named(world: World) -> None:
    case = await world.open(await world.person(someone()), Level.FULL)
    with pytest.raises(parties.CaseStateWrong):
        await world.ask(case)
    await world.hand_in_picture(case, "face")
    with pytest.raises(parties.CaseIncomplete) as refused:
        await world.ask(case)
    assert refused.value.facts["missing"] == "id_card, id_card_back, id_card_front"


async def test_evidence_is_for_one_kind_of_party_and_an_open_case(world: World) -> None:
    case = await world.open(await world.person(someone()), Level.BASIC)
    with pytest.raises(parties.EvidenceNotForKind):
        await world.hand_in_picture(case, "licence_picture")
    checked = await prepared(world, someone(), Level.BASIC)
    with pytest.raises(parties.CaseStateWrong):
        await world.hand_in_picture(checked, "face")


async def test_a_level_one_has_is_not_applied_for(world: World) -> None:
    truth = someone()
    case = await world.check(await prepared(world, truth, Level.BASIC))
    _, party = await world.now(case)
    with pytest.raises(parties.LevelNotAbove):
        await world.open(party, Level.BASIC)


async def test_somebody_with_the_same_card_is_a_case_for_staff(world: World) -> None:
    truth = someone()
    assert (await world.check(await prepared(world, truth, Level.BASIC))).state is State.APPROVED
    async with world.database.write() as tx:
        again = await parties.register_person(tx, name=truth.name, at=AT)
        await parties.record_document(
            tx,
            party_id=again.id,
            type=parties.DocumentType.ID_CARD,
            number=truth.id_number,
            valid_from=date(2020, 1, 1),
            valid_until=None,
            recorded_by=STAFF,
            at=AT,
        )
    case = await world.open(again, Level.BASIC)
    await world.hand_in_card(case, card_of(truth))
    done = await world.check(await world.ask(case))
    assert done.state is State.NEEDS_STAFF
    assert [each.finding for each in done.findings] == [Finding.POSSIBLE_DUPLICATE]


async def test_a_firm_with_its_representative_and_owners_gets_the_highest_level(
    world: World,
) -> None:
    firm = BOOK.firms[0]
    truth = registrations.registration(firm, PEOPLE)
    head = registrations.representative(firm, PEOPLE)
    known = await world.check(await prepared(world, head, Level.BASIC))
    async with world.database.write() as tx:
        party = await parties.register_organisation(
            tx, name=firm.name, registration_number=firm.registration_number, at=AT
        )
        for kind, share in (("legal_representative", None), ("beneficial_owner", 10_000)):
            await parties.relate(
                tx,
                kind=parties.RelationshipKind(kind),
                from_party_id=known.party_id,
                to_party_id=party.id,
                share_basis_points=share,
                since=date(2020, 1, 1),
                created_by=STAFF,
                at=AT,
            )
    case = await world.open(party, Level.FULL)
    licence = parties.Licence(
        name=truth.name,
        registration_number=truth.registration_number,
        form=parties.OrganisationForm.COMPANY,
        legal_form=truth.legal_form,
        legal_representative=truth.legal_representative,
        founded_on=truth.founded_on,
        valid_until=None,
        business_scope=truth.business_scope,
    )
    async with world.database.write() as tx:
        await parties.submit_licence(
            tx, case_id=case.id, licence=licence, recorded_by=CUSTOMER, at=AT
        )
    await world.hand_in_picture(case, "licence_picture")
    world.reader.paper = {
        "registration_number": truth.registration_number,
        "name": truth.name,
        "legal_representative": truth.legal_representative,
    }
    done = await world.check(await world.ask(case))
    assert (done.state, done.findings) == (State.APPROVED, ())
    assert (await world.now(done))[1].level is Level.FULL


@pytest.mark.parametrize("status", ["abnormal", "revoked", "cancelled"])
async def test_a_firm_that_is_not_what_it_was(world: World, status: str) -> None:
    book = firms.load(count=1_000)
    firm = next(f for f in book.firms if registrations.registration(f, PEOPLE).status == status)
    truth = registrations.registration(firm, PEOPLE)
    sole = firm.registration_number.startswith("92")
    with running(create_app(book=book)) as url:
        there = World(world.database, url)
        async with world.database.write() as tx:
            party = await parties.register_organisation(
                tx, name=firm.name, registration_number=firm.registration_number, at=AT
            )
            case = await parties.open_case(
                tx, party_id=party.id, level=Level.BASIC, opened_by=CUSTOMER, at=AT
            )
            await parties.submit_licence(
                tx,
                case_id=case.id,
                licence=parties.Licence(
                    name=truth.name,
                    registration_number=truth.registration_number,
                    form=parties.OrganisationForm("sole_trader" if sole else "company"),
                    legal_form=truth.legal_form,
                    legal_representative=truth.legal_representative,
                    founded_on=truth.founded_on,
                    valid_until=None,
                    business_scope=truth.business_scope,
                ),
                recorded_by=CUSTOMER,
                at=AT,
            )
        done = await there.check(await there.ask(case))
    assert done.state is (State.NEEDS_STAFF if status == "abnormal" else State.REFUSED)


async def test_a_customer_is_looked_at_again_when_the_day_has_come(world: World) -> None:
    case = await world.check(await prepared(world, someone(), Level.BASIC))
    _, party = await world.now(case)

    async def due(days: int) -> list[UUID | None]:
        async with world.database.write() as tx:
            told = await parties.open_reviews(tx, at=AT + timedelta(days=days))
        return [each.case_id for each in told if each.party_id == party.id]

    assert await due(729) == []
    (opened,) = await due(730)
    assert opened is not None
    async with world.database.read() as tx:
        review = await parties.get_case(tx, opened)
    assert (review.cause, review.level, review.opened_by) == ("review", Level.BASIC, None)
    assert await due(730) == []
    assert await due(760) == [opened], "reminded of the open case"


async def test_steps_tell_the_way_of_a_case(world: World) -> None:
    case = await world.check(await prepared(world, someone(), Level.BASIC))
    async with world.database.read() as tx:
        steps = await parties.steps(tx, case.id)
        kinds = [each.kind for each in await parties.evidence(tx, case.id)]
    assert [each.after for each in steps] == ["opened", "evidence", "checking", "approved"]
    assert kinds == ["id_card", "identity_bureau"]
