"""Passkeys that sign what another module asks for: the challenge is the digest of a document."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
)

from tongbao.core.identity.domain.passkeys import RelyingParty
from tongbao.core.identity.domain.recoveries import CoolingOff
from tongbao.core.identity.service import ceremonies
from tongbao.core.identity.service.configuration import configured
from tongbao.core.identity.service.open_recoveries import cooling_until
from tongbao.infra.db import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class PasskeySignature:
    """A signature, and all it takes to check it without us.

    `public_key` is the key as SubjectPublicKeyInfo; `proof` the signature and what was signed
    (authenticator data, client data), in base64.
    """

    public_key: bytes
    proof: Mapping[str, str]


async def passkey_request(tx: ReadSession, *, challenge: bytes, user_id: UUID) -> dict[str, Any]:
    """Return what `navigator.credentials.get` takes for a user to sign `challenge`."""
    return await ceremonies.request_options(tx, challenge=challenge, user_id=user_id)


async def passkey_signature(
    tx: WriteSession,
    *,
    credential: Mapping[str, Any],
    challenge: bytes,
    user_id: UUID,
    at: datetime,
) -> PasskeySignature | None:
    """Return the signature of one of the user's passkeys over `challenge`; None if it is none.

    That a challenge is signed once is the caller's to see to: it is a document's digest, not a
    number that was drawn. None also suspends a passkey whose counter went back, so commit.
    """
    asserted = await ceremonies.check_assertion(
        tx, credential=credential, challenge=challenge, user_id=user_id, at=at
    )
    if asserted is None:
        return None
    told, evidence = credential["response"], asserted.evidence
    key = decoded_public_key_to_cryptography(
        decode_credential_public_key(bytes.fromhex(evidence["public_key"]))
    )
    names = {
        "signature": "signature",
        "authenticator_data": "authenticatorData",
        "client_data_json": "clientDataJSON",
    }
    proof = {
        ours: b64encode(base64url_to_bytes(told[theirs])).decode() for ours, theirs in names.items()
    }
    public_key = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PasskeySignature(public_key=public_key, proof=proof)


async def refuse_while_cooling(tx: ReadSession, *, user_id: UUID, at: datetime) -> None:
    """Raise `CoolingOff` for a user whose factors were taken away a short while ago."""
    until = await cooling_until(tx, user_id=user_id, at=at)
    if until is not None:
        raise CoolingOff(until=until)


def relying_party() -> RelyingParty:
    """Return who we are to authenticators."""
    return configured().relying_party
