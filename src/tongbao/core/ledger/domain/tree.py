"""The tree over transactions: what a leaf is, what a checkpoint says, what a proof consists of.

The formats are written down in `docs/modules/ledger.md` and never change: a leaf and a signed text
must be the same bytes in twenty years. Others would be another version, from some position on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from tongbao.core.ledger.domain.errors import LedgerError
from tongbao.kernel.errors import Kind
from tongbao.kernel.text import Text
from tongbao.lib import merkle
from tongbao.lib.merkle import Checkpoint, moment

LEAF_PREFIX: Final = b"tongbao.ledger.leaf.1\n"
CHECKPOINT_PREFIX: Final = "tongbao.ledger.checkpoint.1"


class Row(Protocol):
    """Columns by name, as the database's rows have them."""

    def __getitem__(self, name: str, /) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class Leaf:
    """A transaction as the tree sees it."""

    sequence: int
    transaction_id: UUID
    data: bytes

    @property
    def subject(self) -> str:
        """What it is called where it is found changed."""
        return f"transaction {self.transaction_id} (#{self.sequence})"

    @property
    def hash(self) -> bytes:
        """The hash that stands in the tree."""
        return merkle.leaf_hash(self.data)


def leaf_data(
    transaction: Row,
    postings: Sequence[Row],
    holds: Sequence[Row],
) -> bytes:
    """Return a transaction's leaf: the prefix and canonical JSON (RFC 8785).

    Every member is always there, null where there is nothing; numbers are decimal strings, so that
    no reader rounds them; amounts are in the asset's smallest unit.
    """
    metadata = transaction["metadata"]
    members = {
        "booked_at": moment(transaction["booked_at"]),
        "content_hash": bytes(transaction["content_hash"]).hex(),
        "correlation_id": _text(transaction["correlation_id"]),
        "effective_on": _text(transaction["effective_on"]),
        "expires_at": _text(transaction["expires_at"]),
        "holds": [
            {
                "amount": str(hold["amount"]),
                "asset": hold["asset"],
                "credit_account_id": _text(hold["credit"]),
                "debit_account_id": _text(hold["debit"]),
                "ordinal": str(hold["ordinal"]),
            }
            for hold in holds
        ],
        "id": str(transaction["uid"]),
        "kind": transaction["kind"],
        "metadata": None if metadata is None else _sorted(metadata),
        "pending_sequence": _text(transaction["pending_id"]),
        "postings": [
            {
                "amount": str(posting["amount"]),
                "asset": posting["asset"],
                "credit_account_id": _text(posting["credit"]),
                "credit_balance": _text(posting["credit_balance"]),
                "credit_version": _text(posting["credit_version"]),
                "debit_account_id": _text(posting["debit"]),
                "debit_balance": _text(posting["debit_balance"]),
                "debit_version": _text(posting["debit_version"]),
                "ordinal": str(posting["ordinal"]),
            }
            for posting in postings
        ],
        "reference": transaction["reference"],
        "reverses_sequence": _text(transaction["reverses_id"]),
        "sequence": str(transaction["id"]),
        "type": transaction["type"],
    }
    canonical = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return LEAF_PREFIX + canonical.encode()


def _text(value: datetime | date | UUID | int | None) -> str | None:
    if isinstance(value, datetime):
        return moment(value)
    return None if value is None else str(value)


def _sorted(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Order the keys as RFC 8785 does, by their UTF-16 code units."""
    return {key: metadata[key] for key in sorted(metadata, key=lambda k: k.encode("utf-16-be"))}


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Shows that `leaf` stands at position `leaf_index` (from 0) of the tree of `checkpoint`."""

    transaction_id: UUID
    leaf: bytes
    leaf_index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint


class CheckpointNotFound(LedgerError):
    """No checkpoint was signed at this size, or none at all yet."""

    code = "ledger.checkpoint_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有该检查点", en="Checkpoint not found")
    detail = Text(
        zh="没有大小为 {tree_size} 的已签名检查点。",
        en="No checkpoint was signed at size {tree_size}.",
    )


class NotInTree(LedgerError):
    """The transaction was booked after the checkpoint that was asked about."""

    code = "ledger.not_in_tree"
    kind = Kind.NOT_FOUND
    title = Text(zh="交易尚未列入检查点", en="Not in the tree yet")
    detail = Text(
        zh="交易 {transaction_id} 晚于大小为 {tree_size} 的检查点，请稍后再试。",
        en="Transaction {transaction_id} is later than the checkpoint of size {tree_size}.",
    )


class TreeDamaged(LedgerError):
    """What is stored contradicts a signed checkpoint; the verifier names the rows."""

    code = "ledger.tree_damaged"
    kind = Kind.REFUSED
    title = Text(zh="总账与已签名检查点不符", en="The ledger contradicts a signed checkpoint")
    detail = Text(
        zh="总账数据与大小为 {tree_size} 的已签名检查点不符，请运行 tongbao verify。",
        en="The ledger contradicts the signed checkpoint of size {tree_size}; run tongbao verify.",
    )


class SizesOutOfOrder(LedgerError):
    """A proof of consistency leads from an older, smaller tree to a newer one."""

    code = "ledger.sizes_out_of_order"
    kind = Kind.INVALID
    title = Text(zh="检查点顺序颠倒", en="Checkpoints out of order")
    detail = Text(
        zh="起始大小 {old_size} 大于终止大小 {new_size}。",
        en="The older size {old_size} is larger than the newer size {new_size}.",
    )
