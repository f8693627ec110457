"""Documents: an agreement under our seal, a receipt to print, and what somebody holds in hand."""

import hashlib
import json
import re
from datetime import datetime
from typing import Final
from uuid import UUID

import segno
from cryptography.hazmat.primitives import hashes
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from tongbao.core.agreements.domain.agreements import (
    Agreement,
    AgreementId,
    Document,
    DocumentNotReady,
    Evidence,
)
from tongbao.core.agreements.domain.consent_texts import NAMES, TONGBAO, text_of
from tongbao.core.agreements.domain.consents import Consent, Receipt
from tongbao.core.agreements.models import DocumentRow, SigningRow
from tongbao.core.agreements.service.configuration import configuration
from tongbao.core.agreements.service.signing import get_agreement
from tongbao.core.parties import service as parties
from tongbao.infra import pdf
from tongbao.infra.db import Database, ReadSession
from tongbao.kernel.clock import BANK_ZONE, business_date
from tongbao.kernel.text import Language, Text

AGREEMENT: Final = pdf.Template.of("tongbao.core.agreements", "pdf/agreement.typ")
RECEIPT: Final = pdf.Template.of("tongbao.core.agreements", "pdf/receipt.typ")
_CLAUSE: Final = re.compile(r"(第[一二三四五六七八九十]+条|\d+\.) ([^。.]+[。.]) ?(.*)")


async def seal_document(database: Database, *, agreement_id: UUID, at: datetime) -> None:
    """Set an agreement, seal it and keep it; nothing happens if it has its document already."""
    async with database.read() as tx:
        if await tx.get(DocumentRow, agreement_id) is not None:
            return
        agreement = await get_agreement(tx, agreement_id)
        evidence = await signing_evidence(tx, agreement_id)
        party = await parties.get(tx, agreement.party_id)
    made = await render_agreement(agreement, evidence, party.name)
    by = configuration().seal
    content = await pdf.seal(made, by=by, reason=agreement.text.splitlines()[0], at=at)
    async with database.write() as writing:
        await writing.execute(
            insert(DocumentRow)
            .values(
                agreement_id=agreement.id,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                certificate_sha256=by.certificates[0].fingerprint(hashes.SHA256()).hex(),
                sealed_at=at,
            )
            .on_conflict_do_nothing(index_elements=["agreement_id"])
        )


async def signing_evidence(tx: ReadSession, agreement_id: UUID) -> Evidence | None:
    """Return how an agreement was signed; None for one older than evidence."""
    row = await tx.get(SigningRow, agreement_id)
    if row is None:
        return None
    return Evidence(
        agreement_id=AgreementId(row.agreement_id),
        user_id=row.user_id,
        session_id=row.session_id,
        factors=tuple(row.factors),
        step_up_id=row.step_up_id,
        text_digest=row.text_digest,
        signed_at=row.signed_at,
    )


async def document_sealed_at(tx: ReadSession, agreement_id: UUID) -> datetime | None:
    """Return when an agreement's document was sealed; None while it is being made."""
    sealed_at: datetime | None = await tx.scalar(
        select(DocumentRow.sealed_at).where(DocumentRow.agreement_id == agreement_id)
    )
    return sealed_at


async def get_document(tx: ReadSession, agreement_id: UUID) -> Document:
    """Return an agreement's sealed document. Raises `DocumentNotReady`."""
    row = await tx.get(DocumentRow, agreement_id, options=[undefer(DocumentRow.content)])
    if row is None:
        raise DocumentNotReady
    return Document(
        agreement_id=AgreementId(row.agreement_id),
        content=row.content,
        sha256=row.sha256,
        certificate_sha256=row.certificate_sha256,
        sealed_at=row.sealed_at,
    )


async def verify_document(tx: ReadSession, content: bytes) -> tuple[pdf.Verdict, UUID | None]:
    """Return what a PDF is, and the agreement it is the document of, if it is one of ours.

    Raises `pdf.PdfUnreadable` for what is no PDF, `pdf.PdfBusy` when too many come.
    """
    verdict = await pdf.verify(content, trusted=configuration().roots)
    found = await tx.scalar(
        select(DocumentRow.agreement_id).where(
            DocumentRow.sha256 == hashlib.sha256(content).hexdigest()
        )
    )
    return verdict, found


async def render_agreement(agreement: Agreement, evidence: Evidence | None, party: str) -> bytes:
    """Return an agreement as PDF, not sealed yet: the same bytes each time."""
    title, *lines = agreement.text.splitlines()
    language = agreement.language
    return await pdf.render(
        AGREEMENT,
        {
            **_frame(title, language, agreement.signed_at, foot=f"{agreement.id}"),
            "id": str(agreement.id),
            "version": f"{agreement.template} {agreement.template_version}",
            "preamble": [line for line in lines if line and not _CLAUSE.match(line)],
            "clauses": [list(found.groups()) for line in lines if (found := _CLAUSE.match(line))],
            "bank": NAMES[TONGBAO].say(language),
            "party": party,
            "signed_at": _moment(agreement.signed_at),
            "evidence": _evidence(agreement, evidence),
        },
        pictures={"qr": _qr(f"TONGBAO AGREEMENT {agreement.id} {agreement.text_digest}")},
    )


async def render_receipt(consent: Consent, receipt: Receipt, *, language: Language) -> bytes:
    """Return a consent's receipt to read and print; what counts is the signed record in it."""
    record = json.loads(receipt.document)
    event, text = record["event"], text_of(consent.text_digest)

    def name(code: str) -> str:
        return NAMES[code].say(language)

    def label(zh: str, en: str) -> str:
        return Text(zh=zh, en=en).say(language)

    states = {
        "given": label("授权已生效", "Consent given"),
        "withdrawn": label("授权已撤回", "Consent withdrawn"),
        "replaced": label("授权已被新授权取代", "Replaced by a newer consent"),
        "expired": label("授权已到期", "Consent expired"),
    }
    facts = [
        [label("授权编号", "Consent"), str(consent.id)],
        [label("授权人", "Given by party"), str(consent.party_id)],
        [label("用途", "Purpose"), name(consent.purpose)],
        [label("数据来源", "Source"), name(consent.source)],
        [
            label("数据范围", "Scope"),
            label("、", ", ").join(name(each) for each in consent.scope.data)
            + label(
                f"；最多回溯 {consent.scope.months_max} 个月",
                f"; at most {consent.scope.months_max} months back",
            ),
        ],
        [label("接收方", "Recipient"), name(consent.recipient)],
        [
            label("保存期限", "Kept for"),
            label(
                f"获取后 {consent.retention.days} 天；据此放款的，结清后"
                f" {consent.retention.days_after_contract} 天",
                f"{consent.retention.days} days from the fetch; where a loan is paid out on it,"
                f" {consent.retention.days_after_contract} days after it is repaid",
            ),
        ],
        [label("授权书", "Text"), f"{text.title.say(language)} {consent.text_version}"],
        [label("发生时间", "Moment"), _moment(datetime.fromisoformat(event["event_time"]))],
        [label("授权生效日", "Valid from"), _moment(consent.granted_at)],
        [label("授权终止日", "Valid until"), _moment(consent.expires_at)],
        [
            label("操作用户", "User"),
            event["entity_id"] or label("系统（期满）", "none: its time was over"),
        ],
        [label("回执编号", "Receipt"), str(receipt.record_id)],
        [label("签名密钥", "Signed with key"), f"Ed25519 {receipt.key_id}"],
        [label("签名", "Signature"), receipt.signature.hex()],
    ]
    moment = datetime.fromisoformat(event["event_time"])
    return await pdf.render(
        RECEIPT,
        {
            **_frame(
                label("授权回执", "Consent receipt"), language, moment, foot=record["receipt_id"]
            ),
            "state": states[event["event_state"]],
            "facts": facts,
            "withdrawal": label(
                "您可以随时撤回授权，不收取费用，无须说明理由，撤回立即生效。",
                "You may withdraw at any time, free of charge and without a reason; it takes effect"
                " at once.",
            ),
        },
        pictures={"qr": _qr(f"TONGBAO RECEIPT {receipt.record_id} {receipt.signature.hex()[:64]}")},
    )


def _frame(title: str, language: Language, at: datetime, *, foot: str) -> dict[str, pdf.Json]:
    """Return what every document's page asks for."""
    on = business_date(at)
    return {
        "title": title,
        "language": language,
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "head": NAMES[TONGBAO].say(language),
        "foot": foot,
    }


def _evidence(agreement: Agreement, evidence: Evidence | None) -> list[pdf.Json]:
    """Return how it was signed, as rows of label and value."""
    zh = agreement.language == "zh"
    rows: list[pdf.Json] = [
        ["签署用户" if zh else "Signed by user", str(agreement.signed_by)],
        ["签署时间" if zh else "Signed at", _moment(agreement.signed_at)],
        ["文本摘要 SHA-256" if zh else "SHA-256 of the text", agreement.text_digest],
    ]
    if evidence is not None:
        if evidence.session_id is not None:
            rows.append(["会话" if zh else "Session", str(evidence.session_id)])
        if evidence.factors:
            rows.append(["验证方式" if zh else "Proven by", ", ".join(evidence.factors)])
        if evidence.step_up_id is not None:
            rows.append(["加强验证" if zh else "Confirmed by step-up", str(evidence.step_up_id)])
    return rows


def _moment(at: datetime) -> str:
    """Return a moment as the bank's clocks show it, with its offset."""
    return at.astimezone(BANK_ZONE).isoformat(sep=" ", timespec="seconds")


def _qr(text: str) -> str:
    """Return a QR code as SVG."""
    return str(segno.make(text, error="m").svg_inline(border=0, dark="#1B1F24"))
