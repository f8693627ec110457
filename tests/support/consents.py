"""Giving consents as customers do: read, ask, confirm; and the key that signs the receipts."""

from datetime import UTC, datetime
from uuid import UUID

from tongbao.core.agreements import service as agreements
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.pdf.sealing import demonstration
from tongbao.infra.signing import SigningKey
from tongbao.kernel.ids import new_id

RECEIPT_KEY = SigningKey.new()
SEAL = demonstration("通宝银行 Tongbao Bank", at=datetime(2025, 1, 1, tzinfo=UTC))
CONFIGURATION = agreements.Configuration(receipt_key=RECEIPT_KEY, seal=SEAL)
agreements.configure(CONFIGURATION)


def somebody(user_id: UUID | None = None) -> Actor:
    """A user who may do everything for nobody: the service does not ask who may, routers do."""
    return Actor(id=user_id or new_id(), kind="customer", name="测试", session_id=new_id())


async def ask(
    tx: WriteSession, party_id: UUID, *, at: datetime, by: Actor
) -> agreements.ConsentRequest:
    """Ask for the consent that a credit assessment needs."""
    words = agreements.text_in_use(
        purpose=agreements.CREDIT_ASSESSMENT, source=agreements.TAX_VAT_INVOICES
    )
    return await agreements.request_consent(
        tx,
        party_id=party_id,
        purpose=words.purpose,
        source=words.source,
        text_version=words.version,
        text_digest=words.digest,
        requested_by=by,
        at=at,
    )


async def grant(
    tx: WriteSession, party_id: UUID, *, at: datetime, by: UUID | None = None
) -> agreements.Consent:
    """Ask for the consent that a credit assessment needs, and confirm."""
    actor = somebody(by)
    request = await ask(tx, party_id, at=at, by=actor)
    return await agreements.confirm_consent(
        tx, request_id=request.id, digest=request.digest, confirmed_by=actor, at=at
    )
