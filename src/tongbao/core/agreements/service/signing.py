"""Verbs of agreements: show a text, sign it, and read what was signed."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import select

from tongbao.core.agreements.domain.agreements import (
    Agreement,
    AgreementId,
    AgreementTextMismatch,
    UnknownAgreement,
)
from tongbao.core.agreements.domain.templates import Rendered, template_in_use
from tongbao.core.agreements.events import AgreementSigned
from tongbao.core.agreements.models import AgreementRow, SigningRow
from tongbao.core.parties import service as parties
from tongbao.infra import jobs, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Language

SEAL_JOB: Final = "agreements.seal_document"


def preview(*, template: str, parameters: Mapping[str, str], language: Language = "zh") -> Rendered:
    """Return the text that `sign` would store, to be shown before signing.

    Raises `UnknownTemplate` and `ParametersMismatch`.
    """
    return template_in_use(template).render(parameters=parameters, language=language)


async def sign(
    tx: WriteSession,
    *,
    party_id: UUID,
    template: str,
    parameters: Mapping[str, str],
    signed_by: Actor,
    at: datetime,
    language: Language = "zh",
    text_digest: str | None = None,
    step_up_id: UUID | None = None,
) -> Agreement:
    """Store the exact text a party signed, with its SHA-256, and how: user, session, factors.

    `text_digest`, if given, is the digest of the text that was shown (see `preview`);
    `step_up_id` is the confirmation that was spent on it. The document under our seal is made by
    a job of the same transaction: signing waits for nothing, and a printer that fails stops no
    loan.

    Raises `UnknownTemplate`, `ParametersMismatch`, `AgreementTextMismatch`,
    `parties.UnknownParty`.
    """
    rendered = preview(template=template, parameters=parameters, language=language)
    if text_digest is not None and text_digest != rendered.digest:
        raise AgreementTextMismatch
    party = await parties.get(tx, party_id)
    row = AgreementRow(
        id=new_id(),
        party_id=party.id,
        template=rendered.template,
        template_version=rendered.template_version,
        language=rendered.language,
        parameters=dict(rendered.parameters),
        text=rendered.text,
        text_digest=rendered.digest,
        signed_by=signed_by.id,
        signed_at=at,
    )
    tx.add(row)
    await tx.flush()
    evidence = SigningRow(
        agreement_id=row.id,
        user_id=signed_by.id,
        session_id=signed_by.session_id,
        factors=sorted(signed_by.factors),
        step_up_id=step_up_id,
        text_digest=rendered.digest,
        signed_at=at,
    )
    tx.add(evidence)
    await tx.flush()
    await jobs.defer(tx, SEAL_JOB, {"agreement_id": str(row.id)})
    signed = AgreementSigned(
        agreement_id=row.id,
        party_id=row.party_id,
        template=row.template,
        template_version=row.template_version,
    )
    await outbox.append(tx, [signed], at=at)
    return _agreement(row)


async def get_agreement(tx: ReadSession, agreement_id: UUID) -> Agreement:
    """Return one agreement. Raises `UnknownAgreement`."""
    row = await tx.get(AgreementRow, agreement_id)
    if row is None:
        raise UnknownAgreement(agreement_id=agreement_id)
    return _agreement(row)


async def list_agreements(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Agreement]:
    """Return agreements, the latest first; only of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(AgreementRow).order_by(AgreementRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(AgreementRow.party_id.in_(list(among)))
    if after is not None:
        query = query.where(AgreementRow.id < decode_cursor(after, UUID)[0])
    return Page[Agreement].of(
        [_agreement(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


def _agreement(row: AgreementRow) -> Agreement:
    return Agreement(
        id=AgreementId(row.id),
        party_id=parties.PartyId(row.party_id),
        template=row.template,
        template_version=row.template_version,
        language=cast("Language", row.language),
        parameters=row.parameters,
        text=row.text,
        text_digest=row.text_digest,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
    )
