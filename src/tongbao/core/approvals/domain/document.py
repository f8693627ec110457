"""What is signed, and the file that proves it: one JSON object each, in canonical form (RFC 8785).

An approver signs the *document*: the instruction's id, for whom, how much, to whom, until when, by
which version of the policy, and all it says. An Ed25519 key signs the document's canonical bytes; a
passkey signs its usual message, whose challenge is the document's digest, SHA-256 of these bytes.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import rfc8785
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

DOCUMENT: Final = "tongbao.approval.1"
EXPORT: Final = "tongbao.approval-export.1"
SIGNATURES_MAX: Final = 200
"""Of one instruction in a file: far more than any policy asks for."""
TEXT_MAX: Final = 4_096
SIGNED_MAX: Final = 65_536
_KEY_STATEMENT: Final = "tongbao.approval-key.1 {user_id} {public_key}"

Text = Annotated[str, Field(max_length=TEXT_MAX)]
Signed = Annotated[str, Field(max_length=SIGNED_MAX)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SignatureKind = Literal["ed25519", "passkey"]
State = Literal["open", "executed", "refused", "withdrawn", "expired"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Part):
    """A party or a user, as named at the time."""

    id: UUID
    name: Text


class PolicyRef(_Part):
    """The version of the policy that decides, and the digest of its text."""

    version: Annotated[int, Field(ge=1)]
    digest: Hex


class Document(_Part):
    """What is signed."""

    format: Literal["tongbao.approval.1"]
    id: UUID
    instruction: Text
    party: Named
    amount: Text | None
    currency: Text | None
    payee: dict[str, Text] | None
    content: dict[str, Any]
    maker: Named
    made_at: AwareDatetime
    expires_at: AwareDatetime
    policy: PolicyRef


class Signer(Named):
    """Who signed, and as what they acted for the party then."""

    role: Text


class Key(_Part):
    """The key that checks a signature: SubjectPublicKeyInfo, and SHA-256 of it."""

    id: Hex
    public_key: Text


class Proof(_Part):
    """A signature; of a passkey with what it signed. All in base64."""

    signature: Signed
    authenticator_data: Signed | None = None
    client_data_json: Signed | None = None


class Signature(_Part):
    """One approver's signature; from `voided_at` on it counts no more."""

    signer: Signer
    stage: Annotated[int, Field(ge=0)]
    signed_at: AwareDatetime
    voided_at: AwareDatetime | None
    kind: SignatureKind
    key: Key
    proof: Proof


class RelyingParty(_Part):
    """Who the bank is to passkeys."""

    id: Text
    origin: Text


class Seal(_Part):
    """The bank's signature over everything else in the file."""

    key_id: Text
    signature: Text


class Export(_Part):
    """All there is to prove who approved an instruction."""

    format: Literal["tongbao.approval-export.1"]
    document: Document
    digest: Hex
    policy: dict[str, Any]
    state: State
    decided_at: AwareDatetime | None
    signatures: Annotated[tuple[Signature, ...], Field(max_length=SIGNATURES_MAX)]
    relying_party: RelyingParty
    seal: Seal


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return a JSON object as the one sequence of bytes RFC 8785 gives it.

    Raises ValueError for what has no such form: lone surrogates, integers beyond 2^53.
    """
    return rfc8785.dumps(dict(value))


def digest_of(value: Mapping[str, Any]) -> bytes:
    """Return SHA-256 of the canonical form; raises ValueError as `canonical` does."""
    return hashlib.sha256(canonical(value)).digest()


def moment(at: datetime) -> str:
    """Return an instant as documents write it."""
    return at.astimezone(UTC).isoformat()


def key_statement(*, user_id: UUID, public_key: str) -> str:
    """Return what somebody signs to show that they hold a key's private half."""
    return _KEY_STATEMENT.format(user_id=user_id, public_key=public_key)
