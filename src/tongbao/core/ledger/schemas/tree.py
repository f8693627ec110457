"""Checkpoints and proofs. Hashes are hexadecimal; `docs/modules/ledger.md` says how to check."""

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from tongbao.core.ledger.domain.tree import InclusionProof
from tongbao.core.ledger.schemas.base import Shape
from tongbao.lib.merkle import Checkpoint, ConsistencyProof, moment

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
Path = Annotated[list[Hash], Field(max_length=128)]

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
        f"tongbao.ledger.checkpoint.1\n20480\n{_HASHES[0]}\n20493\n"
        "2026-03-02T04:00:00.000000Z\n21fe31dfa154a261\n"
    ),
}


class CheckpointOut(Shape):
    """The tree over the first `tree_size` transactions, signed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHECKPOINT]})

    tree_size: Annotated[int, Field(description="Transactions covered")]
    root: Hash
    last_sequence: Annotated[int, Field(description="Sequence number of the last one covered")]
    signed_at: Annotated[str, Field(description="UTC, six decimals, as signed")]
    key_id: Annotated[
        str, Field(description="First 16 hexadecimal digits of the SHA-256 of the public key")
    ]
    signature: Annotated[str, Field(description="Ed25519 over `signed_text` as UTF-8, Base64")]
    signed_text: str

    @classmethod
    def of(cls, made: Checkpoint) -> "CheckpointOut":
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


class InclusionOut(Shape):
    """Shows that a checkpoint covers a transaction (RFC 6962, audit path)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "transaction_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
                    "leaf": 'tongbao.ledger.leaf.1\n{"booked_at":"2026-03-02T03:59:30.12...',
                    "leaf_index": 20470,
                    "path": _HASHES,
                    "checkpoint": _CHECKPOINT,
                }
            ]
        }
    )

    transaction_id: UUID
    leaf: Annotated[str, Field(description="The transaction as it stands in the tree, exactly")]
    leaf_index: Annotated[int, Field(description="Its position, from 0")]
    path: Path
    checkpoint: CheckpointOut

    @classmethod
    def of(cls, proof: InclusionProof) -> "InclusionOut":
        """Return the shape of a proof."""
        return cls(
            transaction_id=proof.transaction_id,
            leaf=proof.leaf.decode(),
            leaf_index=proof.leaf_index,
            path=[each.hex() for each in proof.path],
            checkpoint=CheckpointOut.of(proof.checkpoint),
        )


class ConsistencyOut(Shape):
    """Shows that the tree of `new` begins with every transaction of the tree of `old`."""

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

    old: CheckpointOut
    new: CheckpointOut
    path: Path

    @classmethod
    def of(cls, proof: ConsistencyProof) -> "ConsistencyOut":
        """Return the shape of a proof."""
        return cls(
            old=CheckpointOut.of(proof.old),
            new=CheckpointOut.of(proof.new),
            path=[each.hex() for each in proof.path],
        )
