"""Signatures of the Standard Webhooks specification: HMAC-SHA256 over id, time and body."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from secrets import token_bytes
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """Return a fresh secret in the specification's form."""
    return PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()


def headers(
    *, message_id: str, body: bytes, secrets: Sequence[str], at: datetime
) -> dict[str, str]:
    """Return the headers of one attempt; one signature for each secret that is good."""
    assert secrets, "an endpoint has a secret"
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = [
        b64encode(hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256))
        for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{each.decode()}" for each in signatures),
    }
