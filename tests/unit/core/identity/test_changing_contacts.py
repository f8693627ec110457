"""Contacts added, replaced and removed: by whom, what is told, and what does not work."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.identity.people import (
    a_device,
    a_phone,
    an_address,
    an_email,
    code_sent_to,
    sent_to,
    with_contact,
)
from tests.unit.core.identity.test_logging_in_service import other_than
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.codes import CODE_LIFETIME, CODE_TRIES_MAX, CodeWrong, Purpose
from tongbao.core.identity.domain.contact_changes import (
    Change,
    ContactExists,
    LastContact,
    UnknownContact,
    change_action,
)
from tongbao.core.identity.domain.contacts import Channel, Contact, Reachable
from tongbao.core.identity.domain.step_up import Action, StepUpRequired
from tongbao.core.identity.events import SecurityNoted
from tongbao.core.identity.service import challenges
from tongbao.core.identity.service.codes import issue_code, subject_of
from tongbao.core.identity.service.contacts import recipient
from tongbao.infra import notify
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox.models import OutboxRow
from tongbao.kernel.ids import new_id

ADD, REPLACE, REMOVE = Change.ADD, Change.REPLACE, Change.REMOVE
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def person(tx: WriteSession) -> Person:
    """Somebody with a passkey, who can confirm whatever contacts they have."""
    made = await new_person(tx)
    await made.add_passkey(tx)
    return made


async def begin(
    tx: WriteSession,
    person: Person,
    contact: Contact,
    what: Change = ADD,
    *,
    token: str | None = None,
    actor: Actor | None = None,
    at: datetime = AT,
) -> UUID:
    if token is None:
        action = change_action(what, contact.channel, contact.address)
        token = await person.confirmed(tx, action, at=at)
    begun = await identity.begin_contact_change(
        tx,
        actor=actor or person.actor,
        contact=contact,
        what=what,
        step_up_token=token,
        device=a_device(address=an_address()),
        language="zh",
        at=at,
    )
    assert isinstance(begun, UUID)
    return begun


async def confirm(
    tx: WriteSession, actor: Actor, change_id: UUID, code: str, *, at: datetime = AT
) -> Reachable | CodeWrong:
    return await identity.confirm_contact_change(
        tx, actor=actor, change_id=change_id, code=code, language="zh", at=at
    )


async def changed(
    tx: WriteSession, person: Person, contact: Contact, what: Change = ADD, *, at: datetime = AT
) -> Reachable:
    change_id = await begin(tx, person, contact, what, at=at)
    found = await confirm(tx, person.actor, change_id, await code_sent_to(tx, contact), at=at)
    assert isinstance(found, Reachable)
    return found


def removal(contact: Reachable) -> Action:
    masked = notify.mask_address(recipient(contact.contact))
    return change_action(REMOVE, contact.contact.channel, masked)


async def remove(tx: WriteSession, person: Person, contact: Reachable) -> None:
    token = await person.confirmed(tx, removal(contact))
    await identity.remove_contact(
        tx, actor=person.actor, contact_id=contact.id, step_up_token=token, at=AT
    )


async def theirs(tx: WriteSession, person: Person) -> set[Contact]:
    return {each.contact for each in await identity.contacts_of(tx, user_id=person.user.id)}


async def templates(tx: WriteSession, contact: Contact) -> list[str]:
    """What a contact was sent, the newest first."""
    return [each.template for each in await sent_to(tx, contact)]


async def test_a_contact_is_added_and_the_others_are_told(tx: WriteSession, person: Person) -> None:
    phone, email = a_phone(), an_email()
    first = await changed(tx, person, phone)
    assert (first.contact, first.user_id, first.verified_at) == (phone, person.user.id, AT)
    await changed(tx, person, email)
    assert await theirs(tx, person) == {phone, email}
    for contact in (phone, email):
        assert (await templates(tx, contact))[0] == "identity.contact_changed"
    (noted, *_) = (await identity.list_security_events(tx, user_id=person.user.id)).items
    assert noted.kind is identity.SecurityKind.CONTACT_CHANGED
    assert noted.facts["change"] == "add"
    assert email.address not in str(noted.facts)
    told = await tx.scalars(
        select(OutboxRow.payload).where(
            OutboxRow.type == SecurityNoted.type,
            OutboxRow.payload["user_id"].astext == str(person.user.id),
        )
    )
    kinds = [each["kind"] for each in told]
    assert kinds == ["passkey_added", "recovery_codes_made", *["contact_changed"] * 2]


async def test_a_contact_is_replaced_and_the_old_one_is_told_and_free(
    tx: WriteSession, person: Person
) -> None:
    old, new = a_phone(), a_phone()
    before = await changed(tx, person, old)
    after = await changed(tx, person, new, REPLACE, at=AT + MINUTE)
    assert await theirs(tx, person) == {new}
    assert before.id != after.id
    assert (await templates(tx, old))[:2] == ["identity.contact_changed"] * 2
    assert await identity.find_contact(tx, contact=old) is None
    other = await new_person(tx)
    await with_contact(tx, other.user, old)


async def test_what_is_not_possible_asks_for_no_step_up(tx: WriteSession, person: Person) -> None:
    with pytest.raises(UnknownContact):
        await begin(tx, person, a_phone(), REPLACE, token="-")
    phone = await with_contact(tx, person.user)
    for contact, what in ((phone, ADD), (phone, REPLACE), (a_phone(), ADD)):
        with pytest.raises(ContactExists):
            await begin(tx, person, contact, what, token="-")


@pytest.mark.parametrize("make", [a_phone, an_email])
async def test_a_contact_of_somebody_else_gets_the_same_answer_and_no_code(
    tx: WriteSession, person: Person, make: Callable[[], Contact]
) -> None:
    taken = await with_contact(tx, (await new_person(tx)).user, make())
    free = make()
    seen: dict[Contact, list[str]] = {taken: [], free: []}
    for contact, statements in seen.items():
        token = await person.confirmed(tx, change_action(ADD, contact.channel, contact.address))
        connection = (await tx.connection()).sync_connection
        assert connection is not None

        def note(_c: Any, _k: Any, words: str, *_: Any, to: list[str] = statements) -> None:
            to.append(words)

        event.listen(connection, "before_cursor_execute", note)
        await begin(tx, person, contact, token=token)
        event.remove(connection, "before_cursor_execute", note)
    assert seen[taken] == seen[free] != []
    assert await templates(tx, taken) == ["identity.contact_taken"]
    assert await templates(tx, free) == ["identity.verify_code"]


async def test_even_the_right_code_does_not_take_a_contact_over(
    tx: WriteSession, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await new_person(tx)
    taken = await with_contact(tx, owner.user)
    monkeypatch.setattr("tongbao.core.identity.service.codes.new_code", lambda: "314159")
    change_id = await begin(tx, person, taken)
    assert isinstance(await confirm(tx, person.actor, change_id, "314159"), CodeWrong)
    assert await theirs(tx, person) == set()
    assert await theirs(tx, owner) == {taken}


async def test_taken_meanwhile_is_refused_in_the_words_of_a_wrong_code(
    tx: WriteSession, person: Person
) -> None:
    contact = a_phone()
    change_id = await begin(tx, person, contact)
    code = await code_sent_to(tx, contact)
    wrong = await confirm(tx, person.actor, change_id, other_than(code))
    await with_contact(tx, (await new_person(tx)).user, contact)
    late = await confirm(tx, person.actor, change_id, code)
    assert isinstance(wrong, CodeWrong)
    assert isinstance(late, CodeWrong)
    assert (late.code, late.facts) == (wrong.code, wrong.facts)
    assert await theirs(tx, person) == set()


async def test_the_step_up_is_bound_to_exactly_this_change(
    tx: WriteSession, person: Person
) -> None:
    phone, other = a_phone(), a_phone()
    email = an_email()
    token = await person.confirmed(tx, change_action(ADD, Channel.PHONE, phone.address))
    tries = [(other, ADD, person.actor), (email, ADD, person.actor)]
    tries += [(phone, ADD, person.elsewhere()), (phone, ADD, (await new_person(tx)).actor)]
    for contact, what, actor in tries:
        with pytest.raises(StepUpRequired) as refused:
            await begin(tx, person, contact, what, token=token, actor=actor)
        assert refused.value.facts["action"] == {
            "kind": "identity.contact.change",
            "facts": {"kind": contact.channel, "what": what, "contact": contact.address},
        }
        assert await templates(tx, contact) == []
    await begin(tx, person, phone, token=token)


async def test_a_step_up_to_add_does_not_replace_or_remove(
    tx: WriteSession, person: Person
) -> None:
    await changed(tx, person, an_email())
    new = a_phone()
    token = await person.confirmed(tx, change_action(ADD, Channel.PHONE, new.address))
    await with_contact(tx, person.user)
    with pytest.raises(StepUpRequired):
        await begin(tx, person, new, REPLACE, token=token)
    for each in await identity.contacts_of(tx, user_id=person.user.id):
        with pytest.raises(StepUpRequired) as refused:
            await identity.remove_contact(
                tx, actor=person.actor, contact_id=each.id, step_up_token=token, at=AT
            )
        assert each.contact.address not in str(refused.value.facts)


async def test_a_token_and_a_code_are_good_once(tx: WriteSession, person: Person) -> None:
    contact = a_phone()
    token = await person.confirmed(tx, change_action(ADD, Channel.PHONE, contact.address))
    change_id = await begin(tx, person, contact, token=token)
    with pytest.raises(StepUpRequired):
        await begin(tx, person, contact, token=token, at=AT + MINUTE)
    code = await code_sent_to(tx, contact)
    assert isinstance(await confirm(tx, person.actor, change_id, code), Reachable)
    await changed(tx, person, an_email())
    (phone,) = [
        each
        for each in await identity.contacts_of(tx, user_id=person.user.id)
        if each.contact == contact
    ]
    await remove(tx, person, phone)
    assert isinstance(await confirm(tx, person.actor, change_id, code), CodeWrong)
    assert contact not in await theirs(tx, person)


async def test_a_change_is_the_user_s_and_the_session_s_that_began_it(
    tx: WriteSession, person: Person
) -> None:
    contact = a_phone()
    change_id = await begin(tx, person, contact)
    code = await code_sent_to(tx, contact)
    thief = (await new_person(tx)).actor
    strangers = (thief, person.elsewhere(), replace(thief, session_id=person.actor.session_id))
    for actor in strangers:
        assert isinstance(await confirm(tx, actor, change_id, code), CodeWrong)
    assert isinstance(await confirm(tx, person.actor, new_id(), code), CodeWrong)
    assert isinstance(await confirm(tx, person.actor, change_id, code), Reachable)


async def test_a_code_for_something_else_confirms_nothing(tx: WriteSession, person: Person) -> None:
    contact = a_phone()
    change_id = await begin(tx, person, contact)
    subject = await subject_of(tx, code_id=change_id, purpose=Purpose.VERIFY_CONTACT)
    assert subject is not None
    for purpose in (Purpose.LOG_IN, Purpose.REGISTER, Purpose.RESET_PASSWORD):
        code_id, code = await issue_code(tx, purpose=purpose, subject=subject, at=AT)
        assert isinstance(await confirm(tx, person.actor, code_id, code), CodeWrong)


async def test_a_code_has_five_tries_and_five_minutes(tx: WriteSession, person: Person) -> None:
    contact = a_phone()
    change_id = await begin(tx, person, contact)
    code = await code_sent_to(tx, contact)
    for _ in range(CODE_TRIES_MAX):
        assert isinstance(await confirm(tx, person.actor, change_id, other_than(code)), CodeWrong)
    assert isinstance(await confirm(tx, person.actor, change_id, code), CodeWrong)
    later = AT + MINUTE
    change_id = await begin(tx, person, contact, at=later)
    code = await code_sent_to(tx, contact)
    late = await confirm(tx, person.actor, change_id, code, at=later + CODE_LIFETIME)
    assert isinstance(late, CodeWrong)


async def test_sending_again_is_bounded_by_contact_and_by_user(
    tx: WriteSession, person: Person
) -> None:
    contact = a_phone()
    await begin(tx, person, contact)
    token = await person.confirmed(tx, change_action(ADD, Channel.PHONE, contact.address))
    with pytest.raises(notify.TooManyMessages):
        await begin(tx, person, contact, token=token)
    for _ in range(3):  # with the two above, five; the fifth begins a pause
        await begin(tx, person, a_phone())
    other = a_phone()
    paused = await identity.begin_contact_change(
        tx,
        actor=person.actor,
        contact=other,
        what=ADD,
        step_up_token=None,
        device=a_device(address=an_address()),
        language="zh",
        at=AT,
    )
    assert isinstance(paused, LogInPaused)
    assert await templates(tx, other) == []
    await begin(tx, person, other, at=AT + MINUTE)


async def test_contacts_that_changed_meanwhile_end_what_was_begun(
    tx: WriteSession, person: Person
) -> None:
    thief_s = an_email()
    change_id = await begin(tx, person, thief_s)
    code = await code_sent_to(tx, thief_s)
    await changed(tx, person, a_phone())
    assert isinstance(await confirm(tx, person.actor, change_id, code), CodeWrong)
    assert thief_s not in await theirs(tx, person)


async def test_what_the_old_contact_may_have_proven_ends_with_it(
    tx: WriteSession, person: Person
) -> None:
    stolen, new = a_phone(), a_phone()
    await changed(tx, person, stolen)
    at = AT + MINUTE
    wanted = change_action(ADD, Channel.EMAIL, "thief@example.com")
    token = await person.confirmed(tx, wanted, at=at)
    begun = await challenges.begin_challenge(
        tx, user_id=person.user.id, factors=[], purpose=Purpose.RESET_PASSWORD, at=at
    )
    other = await new_person(tx)
    kept = await challenges.begin_challenge(
        tx, user_id=other.user.id, factors=[], purpose=Purpose.RESET_PASSWORD, at=at
    )
    await changed(tx, person, new, REPLACE, at=at)
    for open_, whose in ((begun, None), (kept, other.user.id)):
        found = await challenges.peek_challenge(
            tx, challenge=open_.challenge, purpose=Purpose.RESET_PASSWORD, at=at
        )
        assert found == whose
    with pytest.raises(StepUpRequired):
        await identity.spend_step_up(tx, token=token, action=wanted, actor=person.actor, at=at)


async def test_a_contact_is_removed_and_told_but_not_the_last(
    tx: WriteSession, person: Person
) -> None:
    phone = await changed(tx, person, a_phone())
    email = await changed(tx, person, an_email())
    await remove(tx, person, phone)
    assert await theirs(tx, person) == {email.contact}
    assert (await templates(tx, phone.contact)).count("identity.contact_changed") == 3
    with pytest.raises(LastContact):
        await remove(tx, person, email)
    for unknown in (phone.id, new_id()):
        with pytest.raises(UnknownContact):
            await identity.remove_contact(
                tx, actor=person.actor, contact_id=unknown, step_up_token=None, at=AT
            )
    assert await theirs(tx, person) == {email.contact}


async def test_another_user_s_contact_does_not_exist(tx: WriteSession, person: Person) -> None:
    other = await new_person(tx)
    await with_contact(tx, other.user)
    await with_contact(tx, other.user, an_email())
    for each in await identity.contacts_of(tx, user_id=other.user.id):
        with pytest.raises(UnknownContact):
            await identity.remove_contact(
                tx, actor=person.actor, contact_id=each.id, step_up_token=None, at=AT
            )
    assert len(await theirs(tx, other)) == 2
