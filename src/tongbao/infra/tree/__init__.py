"""A Merkle tree over what a module appends: grown after commit, signed, proved from, verified.

A module names its tables, its leaves and its words in a `Tree`; the rest is the same for all. The
algorithms are in `lib.merkle`.
"""

from tongbao.infra.tree.checking import verify_tree
from tongbao.infra.tree.checkpoints import checkpoint, is_signed, newest
from tongbao.infra.tree.growing import LEAVES_MAX, extend_tree
from tongbao.infra.tree.nouns import (
    CHUNK,
    FINDINGS_MAX,
    NO_HURRY,
    Finding,
    Inclusion,
    Leaf,
    Refusals,
    Tree,
)
from tongbao.infra.tree.proving import prove_consistency, prove_inclusion
from tongbao.lib.merkle import Checkpoint, ConsistencyProof, moment, signed_text

__all__ = [
    "CHUNK",
    "FINDINGS_MAX",
    "LEAVES_MAX",
    "NO_HURRY",
    "Checkpoint",
    "ConsistencyProof",
    "Finding",
    "Inclusion",
    "Leaf",
    "Refusals",
    "Tree",
    "checkpoint",
    "extend_tree",
    "is_signed",
    "moment",
    "newest",
    "prove_consistency",
    "prove_inclusion",
    "signed_text",
    "verify_tree",
]
