"""What each kind of proof of a step-up is: asked for and checked here, counted by `step_up`.

Those that are typed in are second factors of logging in as well.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.identity.domain import normal_password
from tongbao.core.identity.domain.codes import CODE_DIGITS
from tongbao.core.identity.domain.contacts import Channel
from tongbao.core.identity.domain.step_up import Action, Proof
from tongbao.core.identity.domain.step_up_words import described
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import ceremonies
from tongbao.core.identity.service.contacts import contacts_of, recipient
from tongbao.core.identity.service.messages import STEP_UP_CODE
from tongbao.core.identity.service.payment_passwords import (
    check_payment_password,
    has_payment_password,
)
from tongbao.core.identity.service.recovery_codes import has_recovery_code, use_recovery_code
from tongbao.core.identity.service.step_up import Prover
from tongbao.core.identity.service.totp import has_totp, use_totp_code
from tongbao.core.identity.service.typed import Typed
from tongbao.infra import keys, notify
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.passwords import verify_password

_STEP_UP_CODE: Final = "step-up code"


class PasskeyProver:
    """A passkey's signature over the nonce and the action's digest."""

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
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
    ) -> Mapping[str, Any] | bool:
        """Return the signature and what it is over."""
        assertion = proof.get("assertion")
        if not isinstance(assertion, Mapping):
            return False
        asserted = await ceremonies.check_assertion(
            tx, credential=assertion, challenge=challenge, user_id=user_id, at=at
        )
        return False if asserted is None else asserted.evidence


async def _use_totp(tx: WriteSession, user_id: UUID, code: str, at: datetime) -> bool:
    return await use_totp_code(tx, user_id=user_id, code=code, at=at)


async def _use_recovery_code(tx: WriteSession, user_id: UUID, code: str, at: datetime) -> bool:
    return await use_recovery_code(tx, user_id=user_id, code=code, at=at)


async def _use_payment_password(tx: WriteSession, user_id: UUID, typed: str, at: datetime) -> bool:
    """Check it; wrong ones count on the payment password too."""
    return await check_payment_password(tx, user_id=user_id, payment_password=typed, at=at)


async def _everybody(_tx: ReadSession, _user_id: UUID) -> bool:
    return True


async def _is_password(tx: WriteSession, user_id: UUID, typed: str, _at: datetime) -> bool:
    secret = normal_password(typed)
    if secret is None:
        return False
    stored = (
        await tx.execute(select(UserRow.password_hash).where(UserRow.id == user_id))
    ).scalar_one()
    return await verify_password(secret, stored)


TOTP: Final = Typed("totp", "code", has_totp, _use_totp)
RECOVERY_CODE: Final = Typed("recovery_code", "code", has_recovery_code, _use_recovery_code)
PAYMENT_PASSWORD: Final = Typed(
    "payment_password", "password", has_payment_password, _use_payment_password
)
PASSWORD: Final = Typed("password", "password", _everybody, _is_password)


class CodeProver:
    """A code sent to a verified contact, in a message that says what it confirms.

    The code is made of the challenge, which holds the action's digest, under a key of ours: nothing
    is stored, and a code of one challenge is none of another.
    """

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
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
    ) -> bool:
        """Compare it; the challenge is good for a few tries and minutes."""
        code = proof.get("code")
        if not isinstance(code, str):
            return False
        given = code.encode("utf-8", "replace")
        right = [
            keys.same(given, _digits(tag).encode()) for tag in keys.tags(_STEP_UP_CODE, challenge)
        ]
        return any(right)


class CodeAndTotpProver(CodeProver):
    """A sent code and one of the authenticator app, together.

    The first names payee and amount, the second is out of reach of whoever took over the phone
    number; each alone would lack the other's.
    """

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether the user has both a contact and an app in use."""
        return await super().available(tx, user_id) and await has_totp(tx, user_id)

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        challenge: bytes,
        at: datetime,
        /,
    ) -> bool:
        """Compare the sent code, then use the app's up."""
        return await super().check(tx, user_id, proof, challenge, at) and await TOTP.check(
            tx, user_id, {"code": proof.get("totp")}, None, at
        )


def step_up_code(challenge: bytes) -> str:
    """Return the six digits that belong to a challenge."""
    return _digits(keys.tag(_STEP_UP_CODE, challenge))


def _digits(tag: bytes) -> str:
    return f"{int.from_bytes(tag) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


PROVERS: Final[Mapping[Proof, Prover]] = {
    Proof.PASSKEY: PasskeyProver(),
    Proof.CODE: CodeProver(),
    Proof.CODE_AND_TOTP: CodeAndTotpProver(),
    Proof.TOTP: TOTP,
    Proof.RECOVERY_CODE: RECOVERY_CODE,
    Proof.PAYMENT_PASSWORD: PAYMENT_PASSWORD,
    Proof.PASSWORD: PASSWORD,
}
