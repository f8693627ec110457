"""Changes of contacts at the same moment: one contact, one owner; and nobody is left without."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import pytest

from tests.unit.core.conftest import AT, RELYING_PARTY
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.identity.people import a_phone, an_email, code_sent_to, with_contact
from tests.unit.core.identity.test_changing_contacts import MINUTE, begin, confirm, removal
from tests.unit.core.identity.test_logging_in_service import other_than
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.codes import CodeWrong
from tongbao.core.identity.domain.contact_changes import LastContact
from tongbao.core.identity.domain.contacts import Contact, Reachable
from tongbao.infra.db import Database, WriteSession

ROUNDS = 5


@pytest.fixture(autouse=True, scope="module")
def _configured() -> None:
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))


async def at_once(
    database: Database, works: Sequence[Callable[[WriteSession], Awaitable[object]]]
) -> list[object]:
    async def one(work: Callable[[WriteSession], Awaitable[object]]) -> object:
        async with database.write() as tx:
            return await work(tx)

    return await asyncio.gather(*map(one, works), return_exceptions=True)


async def somebody(database: Database, contacts: Sequence[Contact] = ()) -> Person:
    async with database.write() as tx:
        person = await new_person(tx)
        await person.add_passkey(tx)
        for contact in contacts:
            await with_contact(tx, person.user, contact)
    return person


async def test_of_two_users_who_confirm_one_contact_one_gets_it(database: Database) -> None:
    for _ in range(ROUNDS):
        contact = a_phone()
        begun: list[tuple[Person, UUID, str]] = []
        for number in range(2):  # a contact gets one code a minute
            person = await somebody(database)
            async with database.write() as tx:
                change_id = await begin(tx, person, contact, at=AT + number * MINUTE)
                begun.append((person, change_id, await code_sent_to(tx, contact)))

        def work(
            person: Person, change_id: UUID, code: str
        ) -> Callable[[WriteSession], Awaitable[object]]:
            return lambda tx: confirm(tx, person.actor, change_id, code, at=AT + MINUTE)

        results = await at_once(database, [work(*each) for each in begun])
        assert Counter(map(type, results)) == {Reachable: 1, CodeWrong: 1}
        async with database.read() as seen:
            owner = await identity.find_contact(seen, contact=contact)
            owned = [await identity.contacts_of(seen, user_id=each[0].user.id) for each in begun]
        assert owner is not None
        assert sum(map(len, owned)) == 1


async def test_a_code_confirms_once(database: Database) -> None:
    person, contact = await somebody(database), a_phone()
    async with database.write() as tx:
        change_id = await begin(tx, person, contact)
        code = await code_sent_to(tx, contact)
    results = await at_once(database, [lambda tx: confirm(tx, person.actor, change_id, code)] * 4)
    assert Counter(map(type, results)) == {Reachable: 1, CodeWrong: 3}


async def test_guessing_in_parallel_does_not_outrun_the_tries(database: Database) -> None:
    person, contact = await somebody(database), a_phone()
    async with database.write() as tx:
        change_id = await begin(tx, person, contact)
        code = await code_sent_to(tx, contact)
    wrong = other_than(code)
    await at_once(database, [lambda tx: confirm(tx, person.actor, change_id, wrong)] * 8)
    async with database.write() as tx:
        assert isinstance(await confirm(tx, person.actor, change_id, code), CodeWrong)


async def test_both_contacts_removed_at_once_leave_one(database: Database) -> None:
    for _ in range(ROUNDS):
        person = await somebody(database, [a_phone(), an_email()])
        async with database.read() as tx:
            found = await identity.contacts_of(tx, user_id=person.user.id)
        tokens = []
        for each in found:
            async with database.write() as tx:
                tokens.append(await person.confirmed(tx, removal(each)))

        def work(
            contact: Reachable, token: str, person: Person
        ) -> Callable[[WriteSession], Awaitable[object]]:
            return lambda tx: identity.remove_contact(
                tx, actor=person.actor, contact_id=contact.id, step_up_token=token, at=AT
            )

        results = await at_once(
            database, [work(*each, person) for each in zip(found, tokens, strict=True)]
        )
        assert Counter(map(type, results)) == {type(None): 1, LastContact: 1}
        async with database.read() as tx:
            assert len(await identity.contacts_of(tx, user_id=person.user.id)) == 1
