"""Registration: a contact, the code sent to it, then name and password.

Whoever asks learns nothing about whose a contact is: the same answer, after the same statements,
and a message that only the contact's owner reads.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Final
from uuid import UUID

from tongbao.core.identity.domain import Role, User, UserKind, clean_password
from tongbao.core.identity.domain.attempts import LogInPaused, Scope
from tongbao.core.identity.domain.codes import CodeWrong, Purpose
from tongbao.core.identity.domain.contacts import Channel, Contact
from tongbao.core.identity.domain.devices import DeviceFacts, clean_address, network_of
from tongbao.core.identity.domain.registering import TICKET_LIFETIME, TicketOver
from tongbao.core.identity.domain.sessions import NewSession
from tongbao.core.identity.service.attempts import count_attempt, count_for
from tongbao.core.identity.service.codes import issue_code, spend_code
from tongbao.core.identity.service.contacts import add_contact, find_contact, recipient
from tongbao.core.identity.service.messages import ALREADY_REGISTERED, REGISTER_CODE
from tongbao.core.identity.service.sessions import begin_session
from tongbao.core.identity.service.users import new_user, store_user
from tongbao.core.parties import service as parties
from tongbao.infra import keys, notify
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Language

_TAG_BYTES: Final = 32
_PURPOSE: Final = "registration ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Somebody with a confirmed contact, a name and a password that will do."""

    contact: Contact
    login: str
    name: str
    password: str = field(repr=False)


async def count_request(
    tx: WriteSession, *, device: DeviceFacts, user_id: UUID | None = None, at: datetime
) -> LogInPaused | None:
    """Count a request for a message to anybody's contact; return the refusal beyond the limit.

    Messages cost money and annoy: neither one network address nor one user (where the request is
    that of somebody who is logged in) can have them sent to thousands.
    """
    network = network_of(clean_address(device.address))
    counts = [count_for(Scope.ADDRESS, "messages", network)]
    if user_id is not None:
        counts.append(count_for(Scope.ACCOUNT, "messages", str(user_id)))
    counted = await count_attempt(tx, counts=counts, at=at)
    return counted if isinstance(counted, LogInPaused) else None


async def begin_registration(
    tx: WriteSession, *, contact: Contact, language: Language, at: datetime
) -> UUID:
    """Send a code to a contact, or tell its owner that they have an account; return an id.

    Raises `notify.TooManyMessages`, for a contact of a user and of nobody alike.
    """
    taken = await find_contact(tx, contact=contact) is not None
    registration_id, code = await issue_code(
        tx, purpose=Purpose.REGISTER, subject=contact.address, at=at
    )
    await notify.send(  # to the owner of an account no code is sent, so nobody knows it
        tx,
        to=recipient(contact),
        template=ALREADY_REGISTERED if taken else REGISTER_CODE,
        facts={},
        secrets={} if taken else {"code": code},
        language=language,
        at=at,
    )
    return registration_id


async def confirm_registration(
    tx: WriteSession, *, registration_id: UUID, contact: Contact, code: str, at: datetime
) -> str | CodeWrong:
    """Return a ticket for `complete_registration` if the code is right.

    The refusal is returned: it costs a try, which must be committed.
    """
    right = await spend_code(
        tx,
        code_id=registration_id,
        purpose=Purpose.REGISTER,
        subject=contact.address,
        code=code,
        at=at,
    )
    return _ticket(contact, at=at) if right else CodeWrong()


def check_registration(*, ticket: str, name: str, password: str, at: datetime) -> Applicant:
    """Return who may register, before their password is hashed: no connection is held meanwhile.

    Raises `TicketOver`, `parties.NameMalformed`, `PasswordTooWeak` and `PasswordCommon`.
    """
    contact = _read_ticket(ticket, at=at)
    login = f"c-{token_hex(10)}"
    secret = clean_password(password, login=login, contacts=[contact])
    return Applicant(contact=contact, login=login, name=parties.clean_name(name), password=secret)


async def complete_registration(
    tx: WriteSession,
    *,
    applicant: Applicant,
    password_hash: str,
    language: Language,
    device: DeviceFacts,
    at: datetime,
) -> tuple[User, NewSession]:
    """Register a person as a party, make them a user, and begin their first session.

    The user logs in by the contact; a log-in name is made up. Raises `TicketOver` where the contact
    has become somebody's.
    """
    contact = applicant.contact
    if await find_contact(tx, contact=contact) is not None:
        raise TicketOver
    person = await parties.register_person(tx, name=applicant.name, at=at)
    user = new_user(
        login=applicant.login,
        name=person.name,
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[person.id],
    )
    await store_user(tx, user, password_hash=password_hash, at=at)
    added = await add_contact(tx, user_id=user.id, contact=contact, language=language, at=at)
    if not added:
        raise TicketOver
    session = await begin_session(
        tx, user_id=user.id, factors=frozenset({"password", "otp"}), device=device, at=at
    )
    return user, session


def _ticket(contact: Contact, *, at: datetime) -> str:
    """Return a signed statement that a contact was confirmed; giving the contact away spends it."""
    expires = int((at + TICKET_LIFETIME).timestamp())
    facts = json.dumps([contact.channel.value, contact.address, expires]).encode()
    return urlsafe_b64encode(keys.tag(_PURPOSE, facts) + facts).decode().rstrip("=")


def _read_ticket(ticket: str, *, at: datetime) -> Contact:
    """Return the contact of a ticket. Raises `TicketOver` for anything but a good one."""
    try:
        raw = urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
    except ValueError:
        raise TicketOver from None
    tag, facts = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not keys.is_tag(tag, _PURPOSE, facts):
        raise TicketOver
    channel, address, expires = json.loads(facts)
    if at.timestamp() >= expires:
        raise TicketOver
    return Contact(Channel(channel), address)
