"""A step-up that was confirmed, without the ceremony: for actors that have no device."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.step_up import TOKEN_LIFETIME, Action
from tongbao.core.identity.models import StepUpRow, UserRow
from tongbao.infra import crypto
from tongbao.infra.auth import Actor, new_token
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id


async def confirmed(database: Database, actor: Actor, asked: Mapping[str, Any]) -> str:
    """Return a token for the action that a refusal asked to be confirmed."""
    action, at, row_id = Action(asked["kind"], asked["facts"]), now(), new_id()
    token, token_sha256 = new_token()
    async with database.write() as tx:
        await tx.execute(
            insert(UserRow)
            .values(
                id=actor.id,
                login=f"user-{actor.id.hex}",
                name=actor.name,
                kind=actor.kind,
                roles=["customer"],
                password_hash="-",
                created_at=at,
            )
            .on_conflict_do_nothing()
        )
        box = await crypto.box(tx, owner=actor.id)
        facts = json.dumps(dict(action.facts))
        await tx.execute(
            insert(StepUpRow).values(
                id=row_id,
                user_id=actor.id,
                session_id=actor.session_id,
                kind=action.kind,
                facts_sealed=box.seal(facts, field="identity_step_up.facts_sealed", row=row_id),
                digest=action.digest,
                proof="passkey",
                challenge=b"c" * 32,
                created_at=at,
                expires_at=at + TOKEN_LIFETIME,
                confirmed_at=at,
                evidence={},
                token_sha256=token_sha256,
                token_expires_at=at + TOKEN_LIFETIME,
            )
        )
    return token
