"""API shapes of the trail. Digests and hashes are hexadecimal."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import RowMapping

from tongbao.infra import tree
from tongbao.infra.audit.leaves import EntryLeaf
from tongbao.infra.audit.models import AlertRow
from tongbao.infra.audit.searching import Criteria
from tongbao.lib.merkle import Checkpoint, ConsistencyProof, moment

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
Path = Annotated[list[Hash], Field(max_length=128)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]*$")]

_HASHES: list[JsonValue] = [
    "8a1f0e6d4c2b9a7f5e3d1c0b8a69574635241302f1e0dccbbaa9988776655443",
    "1c9c9a3ff1d7d5d0a4b6bd5c4b3e2f1d0c9b8a79685746352413021f0e1d2c3b",
]
_CHECKPOINT: dict[str, JsonValue] = {
    "tree_size": 20480,
    "root": _HASHES[0],
    "last_sequence": 20493,
    "signed_at": "2026-03-02T04:00:00.000000Z",
    "key_id": "21fe31dfa154a261",
    "signature": "7mWxJ0Zq" * 10 + "7mWxJw==",
    "signed_text": (
        f"tongbao.audit.checkpoint.1\n20480\n{_HASHES[0]}\n20493\n"
        "2026-03-02T04:00:00.000000Z\n21fe31dfa154a261\n"
    ),
}


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class AuditEntryOut(Shape):
    """One entry of the audit trail."""

    model_config = ConfigDict(
        title="AuditEntry",
        json_schema_extra={
            "examples": [
                {
                    "seq": 20493,
                    "at": "2026-03-02T03:59:30.120000Z",
                    "action": "parties.document.revealed",
                    "outcome": "done",
                    "code": None,
                    "actor_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
                    "actor_kind": "staff",
                    "actor_roles": ["staff_risk"],
                    "session_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a11",
                    "subject_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a12",
                    "object_type": "documents",
                    "object_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a13",
                    "before": None,
                    "after": None,
                    "reason": "客户来电核对",
                    "address": "10.1.2.3",
                    "device": "0f6a2c9b7d5e4f3a0f6a2c9b7d5e4f3a",
                    "request_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a14",
                    "keep_years": 10,
                }
            ]
        },
    )

    seq: Annotated[int, Field(description="Its number; entries are in the order of theirs")]
    at: datetime
    action: Annotated[str, Field(description="What was done or asked for: `module.what`")]
    outcome: Literal["done", "refused", "failed"]
    code: Annotated[str | None, Field(description="Of the refusal or failure")]
    actor_id: Annotated[UUID | None, Field(description="Null: nobody known, or the system")]
    actor_kind: Literal["customer", "staff", "service", "system", "anonymous"]
    actor_roles: list[str]
    session_id: UUID | None
    subject_id: Annotated[UUID | None, Field(description="The party concerned")]
    object_type: str | None
    object_id: str | None
    before: Annotated[Hex | None, Field(description="Digest of what was")]
    after: Annotated[Hex | None, Field(description="Digest of what is since")]
    reason: str | None
    address: str | None
    device: Annotated[Hex | None, Field(description="Digest of the client's description of itself")]
    request_id: str | None
    keep_years: Literal[5, 10]

    @classmethod
    def of(cls, row: RowMapping) -> "AuditEntryOut":
        """Return the shape of an entry."""
        told = {name: _plain(value) for name, value in row.items()}
        return cls.model_validate(told | {"actor_roles": (row["actor_roles"] or "").split()})


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


class CriteriaIn(Shape):
    """What entries are to be like; what is left out is anything."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a12",
                    "since": "2026-03-01T00:00:00Z",
                    "until": "2026-04-01T00:00:00Z",
                }
            ]
        }
    )

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    action: Annotated[str | None, Field(min_length=3, max_length=100)] = None
    object_type: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    object_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    request_id: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    address: Annotated[str | None, Field(min_length=2, max_length=45)] = None
    outcome: Literal["done", "refused", "failed"] | None = None
    code: Annotated[str | None, Field(min_length=3, max_length=100)] = None
    since: Annotated[AwareDatetime | None, Field(description="From this moment on")] = None
    until: Annotated[AwareDatetime | None, Field(description="Before this moment")] = None
    reason: Annotated[
        str | None, Field(min_length=2, max_length=200, description="A part of the reason")
    ] = None

    def to_criteria(self) -> Criteria:
        """Return what the search takes."""
        return Criteria(**{name: getattr(self, name) for name in type(self).model_fields})


class ExportIn(CriteriaIn):
    """Which entries are to be in a file, and in which language it is to be."""

    format: Literal["jsonl", "csv"] = "jsonl"

    def to_criteria(self) -> Criteria:
        """Return what the search takes."""
        return Criteria(**{name: getattr(self, name) for name in CriteriaIn.model_fields})


class AuditCheckpointOut(Shape):
    """The tree over the first `tree_size` entries, signed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHECKPOINT]})

    tree_size: Annotated[int, Field(description="Entries covered")]
    root: Hash
    last_sequence: Annotated[int, Field(description="Number of the last entry covered")]
    signed_at: Annotated[str, Field(description="UTC, six decimals, as signed")]
    key_id: str
    signature: Annotated[str, Field(description="Ed25519 over `signed_text` as UTF-8, Base64")]
    signed_text: str

    @classmethod
    def of(cls, made: Checkpoint) -> "AuditCheckpointOut":
        """Return the shape of a checkpoint."""
        return cls(
            tree_size=made.tree_size,
            root=made.root.hex(),
            last_sequence=made.last_sequence,
            signed_at=moment(made.signed_at),
            key_id=made.key_id,
            signature=b64encode(made.signature).decode(),
            signed_text=made.signed_text,
        )


class AuditInclusionOut(Shape):
    """Shows that a checkpoint covers an entry (RFC 6962, audit path)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "seq": 20471,
                    "leaf": 'tongbao.audit.leaf.1\n{"action":"parties.document.revealed",...',
                    "leaf_index": 20458,
                    "path": _HASHES,
                    "checkpoint": _CHECKPOINT,
                }
            ]
        }
    )

    seq: int
    leaf: Annotated[str, Field(description="The entry as it stands in the tree, exactly")]
    leaf_index: Annotated[int, Field(description="Its position, from 0")]
    path: Path
    checkpoint: AuditCheckpointOut

    @classmethod
    def of(cls, proof: tree.Inclusion) -> "AuditInclusionOut":
        """Return the shape of a proof."""
        assert isinstance(proof.leaf, EntryLeaf)
        return cls(
            seq=proof.leaf.sequence,
            leaf=proof.leaf.data.decode(),
            leaf_index=proof.leaf_index,
            path=[each.hex() for each in proof.path],
            checkpoint=AuditCheckpointOut.of(proof.checkpoint),
        )


class AuditConsistencyOut(Shape):
    """Shows that the tree of `new` begins with every entry of the tree of `old`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "old": _CHECKPOINT,
                    "new": _CHECKPOINT | {"tree_size": 20500, "last_sequence": 20520},
                    "path": _HASHES,
                }
            ]
        }
    )

    old: AuditCheckpointOut
    new: AuditCheckpointOut
    path: Path

    @classmethod
    def of(cls, proof: ConsistencyProof) -> "AuditConsistencyOut":
        """Return the shape of a proof."""
        return cls(
            old=AuditCheckpointOut.of(proof.old),
            new=AuditCheckpointOut.of(proof.new),
            path=[each.hex() for each in proof.path],
        )


class AlertOut(Shape):
    """A pattern in the trail that somebody must look at, or has looked at."""

    model_config = ConfigDict(
        title="AuditAlert",
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a15",
                    "rule": "mass_reveal",
                    "who": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
                    "entries": 20,
                    "first_seq": 20400,
                    "last_seq": 20493,
                    "began_at": "2026-03-02T03:51:02Z",
                    "ended_at": "2026-03-02T03:59:30Z",
                    "opened_at": "2026-03-02T04:00:00Z",
                    "closed_at": None,
                    "closed_by": None,
                    "finding": None,
                }
            ]
        },
    )

    id: UUID
    rule: Annotated[str, Field(description="The pattern", examples=["mass_reveal"])]
    who: Annotated[str, Field(description="Id of the actor, or the address")]
    entries: int
    first_seq: int
    last_seq: int
    began_at: datetime
    ended_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    finding: str | None

    @classmethod
    def of(cls, row: AlertRow) -> "AlertOut":
        """Return the shape of an alert."""
        return cls.model_validate(row)


class FindingIn(Shape):
    """What was found about an alert."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"finding": "季度抽查，已与主管核实。"}]}
    )

    finding: Annotated[str, Field(min_length=3, max_length=1_000)]
