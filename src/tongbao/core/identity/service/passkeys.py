"""Passkeys: adding, naming and removing them, logging in with one, and one as a second factor."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from webauthn import generate_registration_options, verify_registration_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from tongbao.core.identity.domain.codes import Purpose as CodePurpose
from tongbao.core.identity.domain.passkeys import (
    CREDENTIAL_ID_BYTES_MAX,
    PASSKEYS_MAX,
    AddedPasskey,
    Ceremony,
    Passkey,
    PasskeyId,
    PasskeyNotRegistered,
    PasskeyRefused,
    Purpose,
    TooManyPasskeys,
    UnknownPasskey,
    clean_passkey_name,
)
from tongbao.core.identity.domain.recoveries import Means
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.events import PasskeyAdded, PasskeyRemoved
from tongbao.core.identity.models import PasskeyRow, UserRow
from tongbao.core.identity.service import ceremonies, step_up
from tongbao.core.identity.service.actors import find_actor
from tongbao.core.identity.service.ceremonies import TIMEOUT_MS
from tongbao.core.identity.service.configuration import configured
from tongbao.core.identity.service.open_recoveries import call_off
from tongbao.core.identity.service.own_factors import factor_was_added, factor_was_removed
from tongbao.core.identity.service.queueing import queue_for
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

log = structlog.get_logger(__name__)

RSA_BITS_MIN: Final = 2048
ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


async def registration_options(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> tuple[Ceremony, dict[str, Any]]:
    """Return what `navigator.credentials.create` takes, for a passkey that stays on its device.

    As the first factor it needs no step-up right after the log-in (`step_up.spend_for_factor`).
    Raises `StepUpRequired` for `identity.passkey.add`, and `TooManyPasskeys`.
    """
    action = Action("identity.passkey.add", {})
    await step_up.spend_for_factor(tx, token=step_up_token, action=action, actor=actor, at=at)
    user = (await tx.execute(select(UserRow).where(UserRow.id == actor.id))).scalar_one()
    known = (
        await tx.execute(
            select(PasskeyRow.credential_id, PasskeyRow.transports).where(
                PasskeyRow.user_id == actor.id
            )
        )
    ).all()
    if len(known) >= PASSKEYS_MAX:
        raise TooManyPasskeys(maximum=PASSKEYS_MAX)
    ceremony = await ceremonies.start(
        tx, purpose=Purpose.REGISTER, user_id=actor.id, session_id=actor.session_id, at=at
    )
    party = configured().relying_party
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=actor.id.bytes,
        user_name=user.login,
        user_display_name=user.name,
        challenge=ceremony.challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[ceremonies.descriptor(*each) for each in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return ceremony, {**options_to_json_dict(options), "extensions": {"credProps": True}}


async def register(
    tx: WriteSession,
    *,
    actor: Actor,
    ceremony_id: UUID,
    credential: Mapping[str, Any],
    name: str,
    at: datetime,
) -> AddedPasskey | PasskeyNotRegistered:
    """Add the passkey an authenticator has made; with the first factor come recovery codes.

    What is wrong with it is *returned*, so that the caller commits: the challenge is used up.
    Raises `PasskeyNameMalformed`.
    """
    clean_name = clean_passkey_name(name)
    await queue_for(tx, actor.id)
    challenge = await ceremonies.take(
        tx,
        ceremony_id=ceremony_id,
        purpose=Purpose.REGISTER,
        user_id=actor.id,
        session_id=actor.session_id,
        at=at,
    )
    made = None if challenge is None else _verified(credential, challenge)
    if made is None:
        return PasskeyNotRegistered()
    row = {
        "id": new_id(),
        "user_id": actor.id,
        "credential_id": made.credential_id,
        "public_key": made.credential_public_key,
        "sign_count": made.sign_count,
        "transports": _transports(credential),
        "aaguid": UUID(made.aaguid),
        "backed_up": made.credential_backed_up,
        "name": clean_name,
        "created_at": at,
    }
    stored = await tx.scalar(
        insert(PasskeyRow)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["credential_id"])
        .returning(PasskeyRow)
    )
    if stored is None:  # somebody has it already; whose it is is nobody's business
        return PasskeyNotRegistered()
    await outbox.append(tx, [PasskeyAdded(user_id=actor.id, passkey_id=stored.id)], at=at)
    codes = await factor_was_added(tx, user_id=actor.id, kind=SecurityKind.PASSKEY_ADDED, at=at)
    return AddedPasskey(_passkey(stored), recovery_codes=codes)


async def list_passkeys(tx: ReadSession, *, user_id: UUID) -> list[Passkey]:
    """Return a user's passkeys, the oldest first; there are at most `PASSKEYS_MAX`."""
    rows = await tx.scalars(
        select(PasskeyRow).where(PasskeyRow.user_id == user_id).order_by(PasskeyRow.id)
    )
    return [_passkey(row) for row in rows]


async def rename_passkey(
    tx: WriteSession, *, user_id: UUID, passkey_id: UUID, name: str
) -> Passkey:
    """Give a passkey another name. Raises `UnknownPasskey`, `PasskeyNameMalformed`."""
    row = await tx.scalar(
        update(PasskeyRow)
        .where(PasskeyRow.id == passkey_id, PasskeyRow.user_id == user_id)
        .values(name=clean_passkey_name(name))
        .returning(PasskeyRow)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    if row is None:
        raise UnknownPasskey
    return _passkey(row)


async def remove_passkey(
    tx: WriteSession, *, actor: Actor, passkey_id: UUID, step_up_token: str | None, at: datetime
) -> None:
    """Accept a passkey no more; recovery codes go with the last factor.

    Raises `UnknownPasskey`, `StepUpRequired`.
    """
    own = (PasskeyRow.id == passkey_id, PasskeyRow.user_id == actor.id)
    if await tx.scalar(select(PasskeyRow.id).where(*own)) is None:
        raise UnknownPasskey
    action = Action("identity.passkey.remove", {"passkey_id": str(passkey_id)})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    await tx.execute(delete(PasskeyRow).where(*own))
    await factor_was_removed(tx, user_id=actor.id, kind=SecurityKind.PASSKEY_REMOVED, at=at)
    await outbox.append(tx, [PasskeyRemoved(user_id=actor.id, passkey_id=passkey_id)], at=at)


async def log_in_options(tx: WriteSession, *, at: datetime) -> tuple[Ceremony, dict[str, Any]]:
    """Return what `navigator.credentials.get` takes when nobody has said who they are."""
    ceremony = await ceremonies.start(tx, purpose=Purpose.LOG_IN, user_id=None, at=at)
    options = await ceremonies.request_options(tx, challenge=ceremony.challenge, user_id=None)
    return ceremony, options


async def asserted_user(
    tx: WriteSession, *, ceremony_id: UUID, credential: Mapping[str, Any], at: datetime
) -> UUID | PasskeyRefused:
    """Return the user whose passkey has answered; the caller begins the session.

    A refusal is *returned*, so that the caller commits: the challenge is used up, and a passkey
    whose counter went back stays suspended.
    """
    challenge = await ceremonies.take(
        tx, ceremony_id=ceremony_id, purpose=Purpose.LOG_IN, user_id=None, at=at
    )
    if challenge is None:
        return PasskeyRefused()
    asserted = await ceremonies.check_assertion(
        tx, credential=credential, challenge=challenge, user_id=None, at=at
    )
    if asserted is None or await find_actor(tx, asserted.user_id, at) is None:
        return PasskeyRefused()  # the second: a user who is blocked
    await call_off(tx, user_id=asserted.user_id, means=Means.FACTOR, at=at)
    return asserted.user_id


class PasskeyFactor:
    """A passkey beside a password."""

    name = "passkey"

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether the user has one, suspended or not."""
        return await ceremonies.has_passkey(tx, user_id)

    async def ask(
        self, tx: WriteSession, user_id: UUID, _purpose: CodePurpose, at: datetime, /
    ) -> Mapping[str, Any]:
        """Return the ceremony's id, and what `navigator.credentials.get` takes."""
        ceremony = await ceremonies.start(tx, purpose=Purpose.SECOND_FACTOR, user_id=user_id, at=at)
        options = await ceremonies.request_options(
            tx, challenge=ceremony.challenge, user_id=user_id
        )
        return {"ceremony_id": str(ceremony.id), "options": options}

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        asked: Mapping[str, Any],
        at: datetime,
        /,
    ) -> bool:
        """Tell whether `proof["assertion"]` answers the ceremony, for the first time."""
        assertion, ceremony_id = proof.get("assertion"), asked.get("ceremony_id")
        if ceremony_id is None:
            return False  # it was not asked for
        expected = await ceremonies.take(
            tx,
            ceremony_id=UUID(ceremony_id),
            purpose=Purpose.SECOND_FACTOR,
            user_id=user_id,
            at=at,
        )
        if expected is None or not isinstance(assertion, Mapping):
            return False
        asserted = await ceremonies.check_assertion(
            tx, credential=assertion, challenge=expected, user_id=user_id, at=at
        )
        return asserted is not None


def _verified(credential: Mapping[str, Any], challenge: bytes) -> VerifiedRegistration | None:
    party = configured().relying_party
    try:
        if ceremonies.is_embedded(credential["response"]["clientDataJSON"]):
            return None
        made = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        sound = _is_key_of_its_algorithm(made.credential_public_key)
        stays = credential.get("clientExtensionResults", {}).get("credProps", {}).get("rk", True)
    except Exception as error:  # noqa: BLE001 - a hostile answer may make the parsers raise anything
        log.info("passkey_not_registered", why=type(error).__name__)
        return None
    fits = 1 <= len(made.credential_id) <= CREDENTIAL_ID_BYTES_MAX
    return made if fits and sound and stays is not False else None


def _is_key_of_its_algorithm(public_key: bytes) -> bool:
    """Tell whether the key is one that can check what it says it can.

    Raises what the library raises for what is no key.
    """
    told = decode_credential_public_key(public_key)
    key = decoded_public_key_to_cryptography(told)
    if told.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256:
        return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    if told.alg == COSEAlgorithmIdentifier.EDDSA:
        return isinstance(key, Ed25519PublicKey)
    return isinstance(key, RSAPublicKey) and key.key_size >= RSA_BITS_MIN


def _transports(credential: Mapping[str, Any]) -> Sequence[str]:
    """Return how the device is reached, as far as we know the words."""
    told = credential["response"].get("transports")
    known = [each.value for each in AuthenticatorTransport]
    return [each for each in known if isinstance(told, list) and each in told]


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=PasskeyId(row.id),
        user_id=row.user_id,
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        backed_up=row.backed_up,
        suspended_at=row.suspended_at,
    )
