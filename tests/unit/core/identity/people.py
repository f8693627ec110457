"""People with a log-in, and the devices they use, for the tests of this folder."""

import secrets

from tests.unit.core.conftest import AT
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import WriteSession

PASSWORD = "correct horse battery"


def a_login() -> str:
    return f"user-{secrets.token_hex(8)}"


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
