"""The file that proves an instruction's signatures without the platform."""

import json
from base64 import b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tongbao.core.approvals.domain.document import EXPORT, canonical, moment
from tongbao.core.approvals.domain.errors import UnknownApproval
from tongbao.core.approvals.models import ApprovalRow, PolicyRow, SignatureRow
from tongbao.core.approvals.service.approvals import may_see
from tongbao.core.approvals.service.configuration import configuration
from tongbao.core.identity import service as identity
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession


async def export(tx: ReadSession, *, approval_id: UUID, reader: Actor) -> bytes:
    """Return the file of an instruction, sealed. Raises `UnknownApproval`."""
    row = await tx.get(ApprovalRow, approval_id)
    if row is None or not may_see(row, reader):
        raise UnknownApproval
    policy = await tx.scalar(
        select(PolicyRow.policy).where(
            PolicyRow.party_id == row.party_id, PolicyRow.version == row.policy_version
        )
    )
    assert policy is not None, "an instruction is opened under a policy"
    signatures = await tx.scalars(
        select(SignatureRow).where(SignatureRow.approval_id == row.id).order_by(SignatureRow.id)
    )
    site = identity.relying_party()
    told: dict[str, Any] = {
        "format": EXPORT,
        "document": json.loads(row.document),
        "digest": row.digest.hex(),
        "policy": json.loads(policy),
        "state": row.state,
        "decided_at": None if row.decided_at is None else moment(row.decided_at),
        "signatures": [_signature(each) for each in signatures],
        "relying_party": {"id": site.id, "origin": site.origin},
    }
    key = configuration().seal_key
    seal = {
        "key_id": key.public.id,
        "signature": b64encode(key.sign(canonical(told))).decode(),
    }
    text = json.dumps({**told, "seal": seal}, ensure_ascii=False, indent=2)
    return f"{text}\n".encode()


def _signature(row: SignatureRow) -> dict[str, Any]:
    return {
        "signer": {"id": str(row.user_id), "name": row.signer_name, "role": row.role},
        "stage": row.stage,
        "signed_at": moment(row.signed_at),
        "voided_at": None if row.voided_at is None else moment(row.voided_at),
        "kind": row.kind,
        "key": {"id": row.key_id.hex(), "public_key": b64encode(row.public_key).decode()},
        "proof": row.proof,
    }
