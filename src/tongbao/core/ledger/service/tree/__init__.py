"""The tree over transactions: extended after commit, signed, proved from, verified."""

from tongbao.core.ledger.service.tree.checking import verify_tree
from tongbao.core.ledger.service.tree.checkpoints import checkpoint
from tongbao.core.ledger.service.tree.growing import extend_tree
from tongbao.core.ledger.service.tree.measures import measure_tree, note_findings
from tongbao.core.ledger.service.tree.proving import prove_consistency, prove_inclusion

__all__ = [
    "checkpoint",
    "extend_tree",
    "measure_tree",
    "note_findings",
    "prove_consistency",
    "prove_inclusion",
    "verify_tree",
]
