"""Adding, replacing and removing the contacts that a user logs in by and is written to.

Whoever asks learns nothing about whose a contact is: the same answer, after the same statements,
and a message that only the contact's owner reads. A change is begun with a step-up for exactly this
contact, and confirmed by the code sent to it, in the same session, while the user's other contacts
are still those of the beginning.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.codes import CodeWrong, Purpose
from tongbao.core.identity.domain.contact_changes import (
    Change,
    ContactExists,
    LastContact,
    UnknownContact,
    change_action,
)
from tongbao.core.identity.domain.contacts import Channel, Contact, Reachable
from tongbao.core.identity.domain.devices import DeviceFacts
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.service.challenges import end_challenges
from tongbao.core.identity.service.codes import issue_code, spend_code, subject_of
from tongbao.core.identity.service.contacts import (
    add_contact,
    contacts_of,
    delete_contact,
    find_contact,
    recipient,
)
from tongbao.core.identity.service.messages import CONTACT_TAKEN, VERIFY_CODE
from tongbao.core.identity.service.registering import count_request
from tongbao.core.identity.service.security import note
from tongbao.core.identity.service.step_up import end_step_ups, spend
from tongbao.infra import keys, notify
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Language

_LOCK: Final = 0x1DC1


async def begin_contact_change(
    tx: WriteSession,
    *,
    actor: Actor,
    contact: Contact,
    what: Change,
    step_up_token: str | None,
    device: DeviceFacts,
    language: Language,
    at: datetime,
) -> UUID | LogInPaused:
    """Send a code to a contact that the caller wants, or tell its owner; return an id.

    The pause is returned: it concerns the user's or the network's earlier requests. Raises
    `ContactExists`, `UnknownContact` (nothing to replace), `StepUpRequired`, and
    `notify.TooManyMessages` for a contact of a user and of nobody alike.
    """
    assert what is not Change.REMOVE, "removing needs no code"
    current = await contacts_of(tx, user_id=actor.id)
    _check_possible(current, contact, what)
    paused = await count_request(tx, device=device, user_id=actor.id, at=at)
    if paused is not None:
        return paused
    action = change_action(what, contact.channel, contact.address)
    await spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    taken = await find_contact(tx, contact=contact) is not None
    change_id, code = await issue_code(
        tx, purpose=Purpose.VERIFY_CONTACT, subject=_subjects(actor, contact, current)[0], at=at
    )
    await notify.send(  # to another user no code is sent, so nobody knows it
        tx,
        to=recipient(contact),
        template=CONTACT_TAKEN if taken else VERIFY_CODE,
        facts={},
        secrets={} if taken else {"code": code},
        language=language,
        at=at,
    )
    return change_id


async def confirm_contact_change(
    tx: WriteSession,
    *,
    actor: Actor,
    change_id: UUID,
    code: str,
    language: Language,
    at: datetime,
) -> Reachable | CodeWrong:
    """Make the contact the caller's, in place of theirs of its kind; the old one is told.

    The refusal is returned, since it costs a try. It is one and the same for a wrong code, another
    user's or session's change, contacts that changed meanwhile, and a contact that somebody else
    has confirmed first.
    """
    await _queue(tx, actor.id)
    current = await contacts_of(tx, user_id=actor.id)
    asked = await subject_of(tx, code_id=change_id, purpose=Purpose.VERIFY_CONTACT)
    contact = None if asked is None else _contact_in(asked)
    right = await spend_code(
        tx,
        code_id=change_id,
        purpose=Purpose.VERIFY_CONTACT,
        subject=asked if contact and asked in _subjects(actor, contact, current) else "",
        code=code,
        at=at,
    )
    if contact is None or not right:
        return CodeWrong()
    added = await add_contact(tx, user_id=actor.id, contact=contact, language=language, at=at)
    if not added:
        return CodeWrong()
    old = [each for each in current if each.contact.channel is contact.channel]
    what = Change.REPLACE if old else Change.ADD
    await _tell(tx, actor.id, what, contact, gone=old, at=at)
    now_theirs = await find_contact(tx, contact=contact)
    assert now_theirs is not None, "it was stored just now"
    return now_theirs


async def remove_contact(
    tx: WriteSession, *, actor: Actor, contact_id: UUID, step_up_token: str | None, at: datetime
) -> None:
    """Remove one of the caller's contacts, and tell it.

    Raises `UnknownContact`, `LastContact` and `StepUpRequired`.
    """
    await _queue(tx, actor.id)
    current = await contacts_of(tx, user_id=actor.id)
    found = next((each for each in current if each.id == contact_id), None)
    if found is None:
        raise UnknownContact
    if len(current) == 1:
        raise LastContact
    masked = notify.mask_address(recipient(found.contact))
    action = change_action(Change.REMOVE, found.contact.channel, masked)
    await spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    await delete_contact(tx, contact_id=contact_id)
    await _tell(tx, actor.id, Change.REMOVE, found.contact, gone=[found], at=at)


def _check_possible(current: Sequence[Reachable], contact: Contact, what: Change) -> None:
    same = [each.contact for each in current if each.contact.channel is contact.channel]
    if contact in same or (same and what is Change.ADD):
        raise ContactExists
    if not same and what is Change.REPLACE:
        raise UnknownContact


async def _tell(
    tx: WriteSession,
    user_id: UUID,
    what: Change,
    contact: Contact,
    *,
    gone: Sequence[Reachable],
    at: datetime,
) -> None:
    """Note the change and tell all contacts, the one that is gone too.

    With a contact goes all that is under way and may have been proven by it: a reset of the
    password begun with a stolen phone must not outlive the phone number.
    """
    if gone:
        await end_challenges(tx, user_id=user_id, at=at)
        await end_step_ups(tx, user_id=user_id, at=at)
    facts = {
        "change": what.value,
        "kind": contact.channel.value,
        "contact": notify.mask_address(recipient(contact)),
    }
    await note(
        tx, user_id=user_id, kind=SecurityKind.CONTACT_CHANGED, facts=facts, also=gone, at=at
    )


async def _queue(tx: WriteSession, user_id: UUID) -> None:
    """Let changes of one user's contacts go one by one, so that the last one stays."""
    key = int.from_bytes(user_id.bytes[-4:], signed=True)
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK, key)))


def _subjects(actor: Actor, contact: Contact, current: Sequence[Reachable]) -> list[str]:
    """Return what a code is for: whose change, in which session, of and to which contacts.

    There is one for each secret that is still good, the newest first.
    """
    facts = [contact.channel, contact.address, str(actor.id), str(actor.session_id)]
    before = keys.tags("contacts", *(each.contact.address.encode() for each in current))
    return [json.dumps([*facts, tag.hex()]) for tag in before]


def _contact_in(subject: str) -> Contact:
    channel, address, *_ = json.loads(subject)
    return Contact(Channel(channel), address)
