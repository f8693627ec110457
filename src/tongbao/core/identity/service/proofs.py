"""What each kind of proof of a step-up is: asked for and checked here, counted by `step_up`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.identity.domain import normal_password
from tongbao.core.identity.domain.codes import CODE_DIGITS
from tongbao.core.identity.domain.contacts import Channel
from tongbao.core.identity.domain.step_up import Action, Proof, described
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import ceremonies
from tongbao.core.identity.service.contacts import contacts_of, recipient
from tongbao.core.identity.service.messages import STEP_UP_CODE
from tongbao.core.identity.service.payment_passwords import (
    check_payment_password,
    has_payment_password,
)
from tongbao.core.identity.service.step_up import Prover
from tongbao.core.identity.service.totp import has_totp, use_totp_code
from tongbao.infra import keys, notify
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.passwords import verify_password

Evidence = Mapping[str, Any]

_STEP_UP_CODE: Final = "step-up code"


class _Typed:
    """Something typed in: the client needs no options to ask for it."""

    async def ask(
        self,
        _tx: WriteSession,
        _user_id: UUID,
        _challenge: bytes,
        _action: Action,
        _at: datetime,
        /,
    ) -> None:
        """Do nothing."""


class PasskeyProver:
    """A passkey's signature over the nonce and the action's digest."""

    async def available(self, tx: ReadSession, user_id: UUID, _at: datetime, /) -> bool:
        """Tell whether the user has a passkey."""
        return await ceremonies.has_passkey(tx, user_id)

    async def ask(
        self,
        tx: WriteSession,
        user_id: UUID,
        challenge: bytes,
        _action: Action,
        _at: datetime,
        /,
    ) -> Mapping[str, Any]:
        """Return what `navigator.credentials.get` takes."""
        return await ceremonies.request_options(tx, challenge=challenge, user_id=user_id)

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        challenge: bytes,
        at: datetime,
        /,
    ) -> Evidence | None:
        """Return the signature and what it is over."""
        assertion = proof.get("assertion")
        if not isinstance(assertion, Mapping):
            return None
        asserted = await ceremonies.check_assertion(
            tx, credential=assertion, challenge=challenge, user_id=user_id, at=at
        )
        return None if asserted is None else asserted.evidence


class TotpProver(_Typed):
    """A code of the authenticator app."""

    async def available(self, tx: ReadSession, user_id: UUID, _at: datetime, /) -> bool:
        """Tell whether the user has an app in use."""
        return await has_totp(tx, user_id)

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        _challenge: bytes,
        at: datetime,
        /,
    ) -> Evidence | None:
        """Use the code up."""
        code = proof.get("code")
        right = isinstance(code, str) and await use_totp_code(tx, user_id=user_id, code=code, at=at)
        return {} if right else None


class PaymentPasswordProver(_Typed):
    """The payment password."""

    async def available(self, tx: ReadSession, user_id: UUID, _at: datetime, /) -> bool:
        """Tell whether one is set."""
        return await has_payment_password(tx, user_id)

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        _challenge: bytes,
        at: datetime,
        /,
    ) -> Evidence | None:
        """Check it; wrong ones count on the payment password too."""
        password = proof.get("password")
        right = isinstance(password, str) and await check_payment_password(
            tx, user_id=user_id, payment_password=password, at=at
        )
        return {} if right else None


class PasswordProver(_Typed):
    """The log-in password."""

    async def available(self, _tx: ReadSession, _user_id: UUID, _at: datetime, /) -> bool:
        """Everybody has one."""
        return True

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        _challenge: bytes,
        _at: datetime,
        /,
    ) -> Evidence | None:
        """Compare it with its hash."""
        typed = proof.get("password")
        secret = normal_password(typed) if isinstance(typed, str) else None
        if secret is None:
            return None
        stored = (
            await tx.execute(select(UserRow.password_hash).where(UserRow.id == user_id))
        ).scalar_one()
        return {} if await verify_password(secret, stored) else None


class CodeProver:
    """A code sent to a verified contact, in a message that says what it confirms.

    The code is made of the challenge, which holds the action's digest, under a key of ours: nothing
    is stored, and a code of one challenge is none of another.
    """

    async def available(self, tx: ReadSession, user_id: UUID, _at: datetime, /) -> bool:
        """Tell whether the user has a verified contact."""
        return bool(await contacts_of(tx, user_id=user_id))

    async def ask(
        self, tx: WriteSession, user_id: UUID, challenge: bytes, action: Action, at: datetime, /
    ) -> Mapping[str, Any]:
        """Send the code, to the phone if there is one; return where to, masked.

        Raises `notify.TooManyMessages`.
        """
        found = await contacts_of(tx, user_id=user_id)
        best = next((each for each in found if each.contact.channel is Channel.PHONE), found[0])
        to = recipient(best.contact)
        await notify.send(
            tx,
            to=to,
            template=STEP_UP_CODE,
            facts={"what": described(action).say(best.language)},
            secrets={"code": step_up_code(challenge)},
            language=best.language,
            at=at,
        )
        return {"sent_to": notify.mask_address(to)}

    async def check(
        self,
        _tx: WriteSession,
        _user_id: UUID,
        proof: Mapping[str, Any],
        challenge: bytes,
        _at: datetime,
        /,
    ) -> Evidence | None:
        """Compare it; the challenge is good for a few tries and minutes."""
        code = proof.get("code")
        if not isinstance(code, str):
            return None
        given = code.encode("utf-8", "replace")
        right = [
            keys.same(given, _digits(tag).encode()) for tag in keys.tags(_STEP_UP_CODE, challenge)
        ]
        return {} if any(right) else None


def step_up_code(challenge: bytes) -> str:
    """Return the six digits that belong to a challenge."""
    return _digits(keys.tag(_STEP_UP_CODE, challenge))


def _digits(tag: bytes) -> str:
    return f"{int.from_bytes(tag) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


PROVERS: Final[Mapping[Proof, Prover]] = {
    Proof.PASSKEY: PasskeyProver(),
    Proof.CODE: CodeProver(),
    Proof.TOTP: TotpProver(),
    Proof.PAYMENT_PASSWORD: PaymentPasswordProver(),
    Proof.PASSWORD: PasswordProver(),
}
