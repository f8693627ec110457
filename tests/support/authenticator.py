"""A passkey in software: what a phone or a security key does (W3C Web Authentication, ES256).

It does as told, so that it can also do wrong: another origin, no user verification, an old counter.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40
BACKUP_ELIGIBLE, BACKED_UP = 0x08, 0x10


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")


@dataclass
class Authenticator:
    """One key pair on one device."""

    origin: str = "http://localhost:8000"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    counter: int = 0
    user_handle: bytes = b""

    def create(
        self, options: Mapping[str, Any], *, flags: int = USER_PRESENT | USER_VERIFIED, **wrong: Any
    ) -> dict[str, Any]:
        """Answer `navigator.credentials.create(options)`."""
        self.user_handle = unb64(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose_key = {
            1: 2,
            3: wrong.get("algorithm", -7),
            -1: 1,
            -2: numbers.x.to_bytes(32),
            -3: numbers.y.to_bytes(32),
        }
        attested = (
            bytes(16)
            + len(self.credential_id).to_bytes(2)
            + self.credential_id
            + cbor2.dumps(cose_key)
        )
        data = self._data(options["rp"]["id"], flags | ATTESTED, wrong) + attested
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        return {
            "id": b64(self.credential_id),
            "rawId": b64(self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": wrong.get("resident", True)}},
            "response": {
                "clientDataJSON": b64(self._client_data("webauthn.create", options, wrong)),
                "attestationObject": b64(cbor2.dumps(attestation)),
                "transports": ["internal", "hybrid"],
            },
        }

    def get(
        self, options: Mapping[str, Any], *, flags: int = USER_PRESENT | USER_VERIFIED, **wrong: Any
    ) -> dict[str, Any]:
        """Answer `navigator.credentials.get(options)`."""
        self.counter += 1
        data = self._data(options["rpId"], flags, wrong)
        client_data = self._client_data("webauthn.get", options, wrong)
        signature = self.key.sign(
            data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256())
        )
        handle = wrong.get("user_handle", self.user_handle)
        return {
            "id": b64(self.credential_id),
            "rawId": b64(self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(client_data),
                "authenticatorData": b64(data),
                "signature": b64(signature),
                **({} if handle is None else {"userHandle": b64(handle)}),
            },
        }

    def _data(self, rp_id: str, flags: int, wrong: Mapping[str, Any]) -> bytes:
        told = str(wrong.get("rp_id", rp_id))
        counter = int(wrong.get("counter", self.counter))
        return hashlib.sha256(told.encode()).digest() + bytes([flags]) + counter.to_bytes(4)

    def _client_data(
        self, kind: str, options: Mapping[str, Any], wrong: Mapping[str, Any]
    ) -> bytes:
        data = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return json.dumps(data).encode()
