"""Registering and finding parties in a real database."""

import asyncio
import secrets
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from stdnum.cn import uscc

from tongbao.core.parties import service as parties
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import BadCursor

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)


def a_registration_number() -> str:
    body = "91330100" + "".join(secrets.choice("0123456789ABCDEFGH") for _ in range(9))
    return body + uscc.calc_check_digit(body)


async def _events(tx: WriteSession, subject: object) -> list[tuple[str, dict[str, str]]]:
    rows = await tx.execute(
        text("SELECT type, payload FROM infra_outbox WHERE subject = :subject ORDER BY seq"),
        {"subject": str(subject)},
    )
    return [(row.type, row.payload) for row in rows]


async def test_an_organisation_is_stored_as_it_was_registered(tx: WriteSession) -> None:
    number = a_registration_number()
    party = await parties.register_organisation(
        tx, name=" 杭州云帆贸易有限公司 ", registration_number=number, at=AT
    )
    assert party.name == "杭州云帆贸易有限公司"
    assert party.kind is parties.PartyKind.ORGANISATION
    assert party.registration_number == number
    assert party.registered_at == AT
    assert await parties.get(tx, party.id) == party
    assert await parties.find_by_registration_number(tx, number) == party
    assert await _events(tx, party.id) == [
        (
            "parties.party_registered",
            {"party_id": str(party.id), "kind": "organisation"},
        )
    ]


async def test_a_person_has_no_registration_number(tx: WriteSession) -> None:
    party = await parties.register_person(tx, name="李雷", at=AT)
    assert party.registration_number is None
    assert party.kind is parties.PartyKind.PERSON
    assert await parties.get(tx, party.id) == party


async def test_two_persons_may_have_the_same_name(tx: WriteSession) -> None:
    one = await parties.register_person(tx, name="王伟", at=AT)
    other = await parties.register_person(tx, name="王伟", at=AT)
    assert one.id != other.id


async def test_a_taken_number_is_refused_and_the_transaction_lives_on(tx: WriteSession) -> None:
    number = a_registration_number()
    first = await parties.register_organisation(tx, name="甲", registration_number=number, at=AT)
    with pytest.raises(parties.RegistrationNumberTaken) as refused:
        await parties.register_organisation(tx, name="乙", registration_number=number, at=AT)
    assert refused.value.facts == {"registration_number": number}
    assert await parties.find_by_registration_number(tx, number) == first


async def test_of_two_at_once_exactly_one_gets_the_number(database: Database) -> None:
    number = a_registration_number()

    async def register(name: str) -> parties.Party:
        async with database.write() as tx:
            return await parties.register_organisation(
                tx, name=name, registration_number=number, at=AT
            )

    results = await asyncio.gather(
        *(register(f"甲{index}") for index in range(5)), return_exceptions=True
    )
    stored = [result for result in results if isinstance(result, parties.Party)]
    refused = [r for r in results if isinstance(r, parties.RegistrationNumberTaken)]
    assert (len(stored), len(refused)) == (1, 4)


async def test_nobody_has_an_unused_number(tx: WriteSession) -> None:
    assert await parties.find_by_registration_number(tx, a_registration_number()) is None
    with pytest.raises(parties.RegistrationNumberMalformed):
        await parties.find_by_registration_number(tx, "91")


async def test_an_unknown_party_is_an_error(tx: WriteSession) -> None:
    party_id = new_id()
    with pytest.raises(parties.UnknownParty) as refused:
        await parties.get(tx, party_id)
    assert str(party_id) in refused.value.say("en")


async def test_names_leave_out_who_does_not_exist(tx: WriteSession) -> None:
    party = await parties.register_person(tx, name="韩梅梅", at=AT)
    assert await parties.names(tx, [party.id, new_id()]) == {party.id: "韩梅梅"}
    assert await parties.names(tx, []) == {}


async def test_pages_hold_everybody_once_latest_first(tx: WriteSession) -> None:
    people = [await parties.register_person(tx, name=f"第{i}人", at=AT) for i in range(5)]
    await parties.register_person(tx, name="不在其中", at=AT)
    among = {person.id for person in people}
    seen: list[parties.Party] = []
    after = None
    for _ in range(3):
        page = await parties.list_parties(tx, among=among, after=after, limit=2)
        seen += page.items
        after = page.next
    assert after is None
    assert seen == people[::-1]


async def test_a_list_among_nobody_is_empty(tx: WriteSession) -> None:
    await parties.register_person(tx, name="某人", at=AT)
    page = await parties.list_parties(tx, among=[])
    assert (page.items, page.next) == ([], None)
    assert (await parties.list_parties(tx, limit=1)).items != []


async def test_a_made_up_cursor_is_refused(tx: WriteSession) -> None:
    with pytest.raises(BadCursor):
        await parties.list_parties(tx, after="nonsense")
