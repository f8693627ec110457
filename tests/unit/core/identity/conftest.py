"""Users who have set things up, and what they do with it."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pyotp
import pytest

from tests.support.authenticator import Authenticator
from tests.unit.core.conftest import AT
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.passkeys import AddedPasskey, Passkey
from tongbao.core.identity.domain.step_up import Action, Proof, StepUpToken
from tongbao.core.identity.service import Role, UserKind, passkeys, step_up, totp
from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """A user at work: a session, maybe a passkey and an authenticator app."""

    user: identity.User
    actor: Actor
    device: Authenticator = field(default_factory=Authenticator)
    passkey: Passkey | None = None
    secret: str = ""
    recovery_codes: list[str] = field(default_factory=list)

    def elsewhere(self) -> Actor:
        """The same user in another session."""
        return replace(self.actor, session_id=new_id())

    def code(self, at: datetime = AT) -> str:
        return pyotp.TOTP(self.secret).at(at)

    async def confirmed(
        self, tx: WriteSession, action: Action, *, at: datetime = AT, proof: Proof | None = None
    ) -> str:
        """Return a token for the action, by the best proof there is or by `proof`."""
        able = await step_up.possible_proofs(tx, user_id=self.actor.id, action=action)
        chosen = proof or able[0]
        asked = await step_up.challenge(tx, actor=self.actor, action=action, proof=chosen, at=at)
        answer: Mapping[str, Any] = {"password": PASSWORD}
        if chosen is Proof.PASSKEY:
            assert asked.options is not None
            answer = {"assertion": self.device.get(asked.options)}
        elif chosen is Proof.TOTP:
            answer = {"code": self.code(at)}
        result = await step_up.confirm(
            tx, actor=self.actor, challenge_id=asked.id, proof=answer, at=at
        )
        assert isinstance(result, StepUpToken)
        return result.token

    async def add_passkey(self, tx: WriteSession, *, at: datetime = AT) -> Passkey:
        token = await self.confirmed(tx, Action("identity.passkey.add", {}), at=at)
        ceremony, options = await passkeys.registration_options(
            tx, actor=self.actor, step_up_token=token, at=at
        )
        added = await passkeys.register(
            tx,
            actor=self.actor,
            ceremony_id=ceremony.id,
            credential=self.device.create(options),
            name="我的手机",
            at=at,
        )
        assert isinstance(added, AddedPasskey)
        self.passkey = added.passkey
        self.recovery_codes = self.recovery_codes or list(added.recovery_codes)
        return added.passkey

    async def set_up_totp(self, tx: WriteSession, *, at: datetime = AT) -> list[str]:
        """Set up an app; return the recovery codes."""
        token = await self.confirmed(tx, Action("identity.totp.set_up", {}), at=at)
        made = await totp.set_up_totp(tx, actor=self.actor, step_up_token=token, at=at)
        self.secret = made.secret
        codes = await totp.confirm_totp(tx, user_id=self.actor.id, code=self.code(at), at=at)
        self.recovery_codes = self.recovery_codes or list(codes)
        return list(codes)


NewPerson = Callable[[WriteSession], Awaitable[Person]]


async def new_person(tx: WriteSession, *, session_id: UUID | None = None) -> Person:
    party = await parties.register_person(tx, name="张伟", at=AT)
    user = await identity.create_user(
        tx,
        login=f"user-{secrets.token_hex(8)}",
        password=PASSWORD,
        name="张伟",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[party.id],
        at=AT,
    )
    actor = Actor(
        id=user.id,
        kind="customer",
        name=user.name,
        party_ids=user.party_ids,
        session_id=session_id or new_id(),
    )
    return Person(user, actor)


@pytest.fixture
async def person(tx: WriteSession) -> Person:
    """Somebody with a password and nothing else."""
    return await new_person(tx)


async def logged_in(client: httpx2.AsyncClient, person: Person) -> dict[str, str]:
    """Log in by password; return the headers of a caller."""
    response = await client.post(
        "/api/v1/identity/tokens", data={"username": person.user.login, "password": PASSWORD}
    )
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}", "Accept-Language": "en"}
