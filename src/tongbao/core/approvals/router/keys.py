"""`/api/v1/approvals/keys`: the keys one signs with."""

from base64 import b64decode
from uuid import UUID

from fastapi import status

from tongbao.core.approvals import service
from tongbao.core.approvals.router.headers import StepUpHeader
from tongbao.core.approvals.schemas import KeyIn, KeyOut, KeysOut
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import Instant, ReadTx, WriteTx, router

api = router(prefix="/keys", tags=[])


@api.get("", summary="My signing keys")
async def list_keys(tx: ReadTx, actor: CurrentActor) -> KeysOut:
    """Return the caller's keys, also those revoked, the oldest first."""
    found = await service.list_keys(tx, user_id=actor.id)
    return KeysOut(items=[KeyOut.of(each) for each in found])


@api.post("", status_code=status.HTTP_201_CREATED, summary="Register a signing key")
async def add_key(
    body: KeyIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> KeyOut:
    """Register an Ed25519 key, which from then on signs for the caller.

    Problems: `identity.step_up_required`, `approvals.key_unsuitable`, `approvals.too_many_keys`.
    """
    added = await service.add_key(
        tx,
        public_key=b64decode(body.public_key),
        name=body.name.strip(),
        signature=b64decode(body.signature),
        token=step_up_token,
        actor=actor,
        at=at,
    )
    return KeyOut.of(added)


@api.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Revoke a signing key")
async def revoke_key(key_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> None:
    """Accept a key no more; what it has signed stays signed.

    Problems: `approvals.unknown_key`.
    """
    await service.revoke_key(tx, key_id=key_id, actor=actor, at=at)
