"""People with a log-in, and the devices they use, for the tests of this folder."""

import secrets
from datetime import datetime
from random import randrange

from sqlalchemy import select

from tests.unit.core.conftest import AT
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import LogInRefused
from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.contacts import Contact, clean_contact
from tongbao.core.identity.service import PasswordProven, Role, UserKind
from tongbao.core.identity.service.contacts import recipient
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.notify.models import MessageRow
from tongbao.infra.notify.sealing import unseal

PASSWORD = "correct horse battery"


def a_login() -> str:
    return f"user-{secrets.token_hex(8)}"


def an_address() -> str:
    """An IP address that no other test uses, so that nobody's refusals add up."""
    return f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}"


def a_phone() -> Contact:
    return clean_contact(f"139{randrange(10**8):08}")


def an_email() -> Contact:
    return clean_contact(f"{secrets.token_hex(8)}@example.com")


async def with_contact(
    tx: WriteSession, user: identity.User, contact: Contact | None = None, at: datetime = AT
) -> Contact:
    contact = contact or a_phone()
    added = await identity.add_contact(tx, user_id=user.id, contact=contact, language="zh", at=at)
    assert added
    return contact


async def sent_to(tx: ReadSession, contact: Contact) -> list[MessageRow]:
    """The messages to a contact, the newest first."""
    found = await tx.scalars(
        select(MessageRow)
        .where(MessageRow.recipient_tag == recipient(contact).tag)
        .order_by(MessageRow.id.desc())
    )
    return list(found)


async def code_sent_to(tx: ReadSession, contact: Contact) -> str:
    """The code of the newest message to a contact, as its owner would read it."""
    message = (await sent_to(tx, contact))[0]
    assert message.sealed is not None
    return (await unseal(tx, message.id, message.sealed))["code"]


async def cancel_code_sent_to(tx: ReadSession, contact: Contact) -> str:
    """The code by which a reader of this contact calls a recovery off."""
    told = next(
        each
        for each in await sent_to(tx, contact)
        if each.template == "identity.recovery_requested"
    )
    assert told.sealed is not None
    return (await unseal(tx, told.id, told.sealed))["cancel_code"]


async def try_password(
    tx: WriteSession,
    login: str,
    password: str = PASSWORD,
    *,
    device: identity.DeviceFacts | None = None,
    at: datetime = AT,
) -> PasswordProven | LogInRefused | LogInPaused:
    """The three steps of a log-in, here in one transaction."""
    device = device or a_device(address=an_address())
    attempt = await identity.begin_attempt(tx, login=login, device=device, at=at)
    if isinstance(attempt, LogInPaused):
        return attempt
    verdict = await identity.check_password(attempt, password=password)
    return await identity.finish_attempt(tx, attempt=attempt, verdict=verdict)


async def a_user(tx: WriteSession, *, login: str | None = None) -> identity.User:
    """Make a customer with a password."""
    party = await parties.register_person(tx, name="张伟", at=AT)
    return await identity.create_user(
        tx,
        login=login or a_login(),
        password=PASSWORD,
        name="张伟",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[party.id],
        at=AT,
    )


def a_device(
    *, cookie: str | None = None, fingerprint: str | None = None, address: str = "192.0.2.7"
) -> identity.DeviceFacts:
    return identity.DeviceFacts(
        cookie=cookie,
        fingerprint=fingerprint,
        address=address,
        user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0",
    )
