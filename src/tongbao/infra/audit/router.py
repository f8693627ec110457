"""`/api/v1/audit`: the trail for auditors. Whoever reads it is in it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from tongbao.infra import audit
from tongbao.infra.audit import exporting, planted, searching, watching
from tongbao.infra.audit.schemas import (
    AlertOut,
    AuditCheckpointOut,
    AuditConsistencyOut,
    AuditEntryOut,
    AuditInclusionOut,
    CriteriaIn,
    ExportIn,
    FindingIn,
)
from tongbao.infra.auth import PUBLIC, CurrentActor, require
from tongbao.infra.tree.offered import CheckpointKeyOut, OfferedKeys
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    AuditTrail,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix="/api/v1/audit", tags=["audit"])

MAY_READ = [Depends(require("audit:read"))]
MAY_CLOSE = [Depends(require("audit:close_alerts"))]
NUMBER_MAX = 2**62
MEDIA_TYPES = {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}

Seq = Annotated[int, Path(ge=1, le=NUMBER_MAX, description="Number of an entry")]
Size = Annotated[
    int, Query(ge=1, le=NUMBER_MAX, description="`tree_size` of a checkpoint", examples=[20480])
]


class _Search(CriteriaIn):
    """The criteria, and which page."""

    limit: PageLimit = PAGE_LIMIT_DEFAULT
    after: PageAfter = None


@api.get("/entries", dependencies=MAY_READ, summary="Entries of the audit trail, newest first")
async def search(
    asked: Annotated[_Search, Query()], tx: ReadTx, trail: AuditTrail
) -> Page[AuditEntryOut]:
    """Return the entries that fit every criterion given. The search itself becomes an entry."""
    criteria = CriteriaIn.model_validate(asked.model_dump(exclude={"limit", "after"}))
    page = await searching.search(tx, criteria.to_criteria(), limit=asked.limit, after=asked.after)
    trail.add(audit.Entry(action="audit.searched", after=_digest(criteria)))
    return Page[AuditEntryOut](items=[AuditEntryOut.of(row) for row in page.items], next=page.next)


@api.get("/entries/{seq}", dependencies=MAY_READ, summary="One entry")
async def read_entry(seq: Seq, tx: ReadTx, trail: AuditTrail) -> AuditEntryOut:
    """Return an entry by its number."""
    row = await planted.entry(tx, seq)
    trail.add(audit.Entry(action="audit.entry.read", object_type="entries", object_id=str(seq)))
    return AuditEntryOut.of(row)


@api.get("/entries/{seq}/proof", dependencies=MAY_READ, summary="Proof that an entry is there")
async def prove_entry(
    seq: Seq, tx: ReadTx, trail: AuditTrail, tree_size: Size | None = None
) -> AuditInclusionOut:
    """Prove that the newest checkpoint, or the one of `tree_size`, covers an entry.

    Entries are covered within about a minute.
    """
    proof = await planted.prove_inclusion(tx, seq, tree_size=tree_size)
    trail.add(audit.Entry(action="audit.entry.read", object_type="entries", object_id=str(seq)))
    return AuditInclusionOut.of(proof)


@api.get("/tree/checkpoint", dependencies=MAY_READ, summary="The newest signed checkpoint")
async def read_audit_checkpoint(tx: ReadTx, tree_size: Size | None = None) -> AuditCheckpointOut:
    """Return the newest checkpoint, or the one of `tree_size`."""
    return AuditCheckpointOut.of(await planted.checkpoint(tx, tree_size=tree_size))


@api.get("/tree/keys", dependencies=[PUBLIC], summary="What checks checkpoints")
async def list_audit_checkpoint_keys(keys: OfferedKeys) -> list[CheckpointKeyOut]:
    """Return the public keys of checkpoints, the present one first: the ledger's sign both."""
    return keys


@api.get("/tree/consistency", dependencies=MAY_READ, summary="Proof that the trail only grew")
async def prove_audit_consistency(
    tx: ReadTx,
    old_size: Annotated[Size, Query(alias="from")],
    new_size: Annotated[Size, Query(alias="to")],
) -> AuditConsistencyOut:
    """Prove that the tree of one checkpoint begins with all entries of an older one."""
    proof = await planted.prove_consistency(tx, old_size=old_size, new_size=new_size)
    return AuditConsistencyOut.of(proof)


@api.post(
    "/exports",
    dependencies=[*MAY_READ, NO_IDEMPOTENCY_KEY],
    summary="Entries as a file that can be verified without us",
    response_class=Response,
    responses={200: {"content": {"application/jsonl": {}, "text/csv": {}}}},
)
async def export_entries(body: ExportIn, tx: WriteTx, trail: AuditTrail, at: Instant) -> Response:
    """Return the entries that fit and that a checkpoint covers, each with its proof.

    At most 10,000; `tongbao audit verify FILE` checks the file with the public key alone.
    """
    made = await exporting.export(tx, body.to_criteria(), at=at)
    file = exporting.render(made, body.format)
    trail.about(object_type="exports", after=audit.digest_of(file))
    name = f"audit-{at:%Y%m%dT%H%M%SZ}.{body.format}"
    return Response(
        file,
        media_type=MEDIA_TYPES[body.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@api.get("/alerts", dependencies=MAY_READ, summary="Patterns to be looked at, the latest first")
async def list_alerts(
    tx: ReadTx,
    open_only: Annotated[bool, Query(alias="open", description="Only those nobody closed")] = True,  # noqa: FBT002
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[AlertOut]:
    """Return alerts: mass reveal, an administrator out of hours, repeated denial."""
    page = await watching.alerts(tx, open_only=open_only, limit=limit, after=after)
    return Page[AlertOut](items=[AlertOut.of(row) for row in page.items], next=page.next)


@api.post("/alerts/{alert_id}/closure", dependencies=MAY_CLOSE, summary="Close an alert")
async def close_alert(
    alert_id: UUID, body: FindingIn, tx: WriteTx, actor: CurrentActor, at: Instant
) -> AlertOut:
    """Close an alert with what was found; once."""
    row = await watching.close_alert(tx, alert_id, finding=body.finding, by=actor.id, at=at)
    return AlertOut.of(row)


def _digest(criteria: CriteriaIn) -> bytes:
    return audit.digest_of(criteria.model_dump_json(exclude_none=True))
