"""Where the ledger's tree stands, and in which words it speaks."""

from typing import Final

from sqlalchemy import text

from tongbao.core.ledger.domain.tree import (
    CHECKPOINT_PREFIX,
    CheckpointNotFound,
    SizesOutOfOrder,
    TreeDamaged,
)
from tongbao.core.ledger.models import TreeCheckpointRow, TreeNodeRow
from tongbao.core.ledger.service.tree.leaves import read_leaves
from tongbao.infra.tree import Refusals, Tree

TREE: Final = Tree(
    lock="ledger_tree",
    one="a transaction",
    leaves="transactions",
    label="",
    prefix=CHECKPOINT_PREFIX,
    nodes=TreeNodeRow,
    checkpoints=TreeCheckpointRow,
    read=read_leaves,
    settled=text("SELECT ledger_settled()"),
    refusals=Refusals(
        checkpoint_not_found=CheckpointNotFound,
        sizes_out_of_order=SizesOutOfOrder,
        damaged=TreeDamaged,
    ),
)
