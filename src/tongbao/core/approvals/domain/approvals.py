"""Instructions, signatures, keys and versions of policies, as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongbao.core.approvals.domain.document import Document, SignatureKind, State
from tongbao.core.approvals.domain.policy import Policy, Rule, able_of, allot, lacking
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Given:
    """A signature that was given; from `voided_at` on it counts no more."""

    user_id: UUID
    name: str
    role: str
    stage: int
    kind: SignatureKind
    key_id: str
    signed_at: datetime
    voided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Approval:
    """An instruction, what it needs, who has signed, and what became of it."""

    id: UUID
    instruction: str
    title: Text
    document: str
    digest: str
    party_id: UUID
    policy_version: int
    amount: Money | None
    maker_id: UUID
    maker_name: str
    state: State
    made_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    note: str | None
    location: str | None
    rule: Rule
    signatures: tuple[Given, ...]

    @property
    def content(self) -> dict[str, Any]:
        """What is to be done, in full."""
        return Document.model_validate_json(self.document).content

    @property
    def counting(self) -> list[Given]:
        """The signatures that were not voided."""
        return [each for each in self.signatures if each.voided_at is None]

    @property
    def lacking(self) -> list[int]:
        """How many signatures each stage still lacks."""
        return lacking(self.rule, allot(self.rule, able_of(self.rule, self.counting)))

    def is_open(self, *, at: datetime) -> bool:
        """Tell whether it may still be decided."""
        return self.state == "open" and at < self.expires_at


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy; without `policy` there is none from then on."""

    party_id: UUID
    version: int
    policy: Policy | None
    digest: str | None
    set_by: UUID
    set_at: datetime
    approval_id: UUID | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A user's key; `fingerprint` is SHA-256 of its SubjectPublicKeyInfo, as exports name it."""

    id: UUID
    name: str
    public_key: bytes
    fingerprint: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ByKey:
    """A signature by a registered Ed25519 key over the document's canonical bytes."""

    key_id: UUID
    signature: bytes


@dataclass(frozen=True, slots=True)
class ByPasskey:
    """What `navigator.credentials.get` answered, the document's digest being the challenge."""

    credential: Mapping[str, Any]
