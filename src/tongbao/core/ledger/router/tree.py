"""`/api/v1/ledger/tree`: signed checkpoints, and proofs that anyone can check without us."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from tongbao.core.ledger import service
from tongbao.core.ledger.schemas.tree import CheckpointOut, ConsistencyOut, InclusionOut
from tongbao.infra.auth import PUBLIC, require
from tongbao.infra.tree.offered import CheckpointKeyOut, OfferedKeys
from tongbao.infra.web import ReadTx, router

api = router(prefix="", tags=[])  # below the prefix and tag of the whole

MAY_READ = [Depends(require("ledger:read"))]

SIZE_MAX = 2**62
Size = Annotated[
    int, Query(ge=1, le=SIZE_MAX, description="`tree_size` of a checkpoint", examples=[20480])
]


@api.get("/tree/checkpoint", dependencies=MAY_READ, summary="The newest signed checkpoint")
async def read_checkpoint(tx: ReadTx, tree_size: Size | None = None) -> CheckpointOut:
    """Return the newest checkpoint, or the one of `tree_size`.

    Whoever keeps checkpoints elsewhere can show later that nothing they cover was changed.
    """
    return CheckpointOut.of(await service.checkpoint(tx, tree_size=tree_size))


@api.get("/tree/keys", dependencies=[PUBLIC], summary="What checks checkpoints")
async def list_checkpoint_keys(keys: OfferedKeys) -> list[CheckpointKeyOut]:
    """Return the public keys of checkpoints, the present one first.

    Whoever must not depend on this answer compares `key_id` with one kept elsewhere.
    """
    return keys


@api.get("/tree/consistency", dependencies=MAY_READ, summary="Proof that the ledger only grew")
async def prove_consistency(
    tx: ReadTx,
    old_size: Annotated[Size, Query(alias="from")],
    new_size: Annotated[Size, Query(alias="to")],
) -> ConsistencyOut:
    """Prove that the tree of one checkpoint begins with all transactions of an older one."""
    proof = await service.prove_consistency(tx, old_size=old_size, new_size=new_size)
    return ConsistencyOut.of(proof)


@api.get(
    "/transactions/{transaction_id}/proof",
    dependencies=MAY_READ,
    summary="Proof that a transaction is in the ledger",
)
async def prove_inclusion(
    transaction_id: UUID, tx: ReadTx, tree_size: Size | None = None
) -> InclusionOut:
    """Prove that the newest checkpoint, or the one of `tree_size`, covers a transaction.

    Transactions are covered within about a minute.
    """
    proof = await service.prove_inclusion(tx, transaction_id, tree_size=tree_size)
    return InclusionOut.of(proof)
