"""Asking and confirming, expiry, and receipts that hold without the database."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.support.consents import RECEIPT_KEY, ask, grant, somebody
from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.domain import consent_texts
from tongbao.core.agreements.domain.consents import Scope, canonical, digest_of
from tongbao.core.parties import service as parties
from tongbao.infra import jobs
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEXT = agreements.text_in_use(
    purpose=agreements.CREDIT_ASSESSMENT, source=agreements.TAX_VAT_INVOICES
)


async def a_party(tx: WriteSession, name: str = "张伟") -> parties.PartyId:
    return (await parties.register_person(tx, name=name, at=AT)).id


async def test_a_request_allows_nothing(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    request = await ask(tx, party_id, at=AT, by=somebody())
    assert request.expires_at == AT + agreements.CONFIRM_WITHIN
    assert request.digest == digest_of(request.statement)
    with pytest.raises(agreements.ConsentMissing):
        await agreements.require_consent(
            tx, party_id=party_id, source=TEXT.source, purpose=TEXT.purpose, at=AT
        )


async def test_a_request_counts_until_its_time_is_over(tx: WriteSession) -> None:
    actor, party_id = somebody(), await a_party(tx)
    request = await ask(tx, party_id, at=AT, by=actor)

    async def confirm(at: datetime) -> agreements.Consent:
        return await agreements.confirm_consent(
            tx, request_id=request.id, digest=request.digest, confirmed_by=actor, at=at
        )

    with pytest.raises(agreements.ConsentRequestExpired) as late:
        await confirm(request.expires_at)
    assert "10" in late.value.say("zh")
    assert (await confirm(request.expires_at - SECOND)).party_id == party_id


async def test_somebody_else_cannot_confirm(tx: WriteSession) -> None:
    request = await ask(tx, await a_party(tx), at=AT, by=somebody())
    for request_id, refusal in (
        (request.id, agreements.ConsentRequestOfAnother),
        (new_id(), agreements.UnknownConsentRequest),
    ):
        with pytest.raises(refusal):
            await agreements.confirm_consent(
                tx, request_id=request_id, digest=request.digest, confirmed_by=somebody(), at=AT
            )


async def test_words_that_changed_meanwhile_are_not_confirmed(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = somebody()
    request = await ask(tx, await a_party(tx), at=AT, by=actor)
    newer = replace(TEXT, version="2030-01")
    monkeypatch.setattr(consent_texts, "CONSENT_TEXTS", (*consent_texts.CONSENT_TEXTS, newer))
    with pytest.raises(agreements.ConsentTextOutdated):
        await agreements.confirm_consent(
            tx, request_id=request.id, digest=request.digest, confirmed_by=actor, at=AT
        )


async def test_of_many_confirmations_at_once_one_counts(database: Database) -> None:
    actor = somebody()
    async with database.write() as tx:
        request = await ask(tx, await a_party(tx), at=AT, by=actor)

    async def confirm() -> object:
        async with database.write() as tx:
            return await agreements.confirm_consent(
                tx, request_id=request.id, digest=request.digest, confirmed_by=actor, at=AT
            )

    outcomes = await asyncio.gather(*(confirm() for _ in range(5)), return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, agreements.ConsentRequestUsed)]
    given = [each for each in outcomes if isinstance(each, agreements.Consent)]
    assert (len(given), len(refused)) == (1, 4)


async def test_consents_differ_by_recipient_and_scope(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        consent_texts, "NAMES", {**consent_texts.NAMES, "partner": consent_texts.NAMES["tongbao"]}
    )
    partner = replace(TEXT, recipient="partner", scope=Scope(("invoice.amount",), 12))
    monkeypatch.setattr(consent_texts, "CONSENT_TEXTS", (*consent_texts.CONSENT_TEXTS, partner))
    party_id, actor = await a_party(tx), somebody()
    ours = await grant(tx, party_id, at=AT)
    # The names are those the module was made with: a recipient must be named to be asked for.
    with pytest.raises(agreements.UnknownConsentText):
        await agreements.request_consent(
            tx,
            party_id=party_id,
            purpose=TEXT.purpose,
            source=TEXT.source,
            recipient="nobody",
            text_version=TEXT.version,
            text_digest=TEXT.digest,
            requested_by=actor,
            at=AT,
        )
    monkeypatch.setattr("tongbao.core.agreements.service.granting.NAMES", consent_texts.NAMES)
    monkeypatch.setattr("tongbao.core.agreements.domain.receipts.NAMES", consent_texts.NAMES)
    request = await agreements.request_consent(
        tx,
        party_id=party_id,
        purpose=partner.purpose,
        source=partner.source,
        recipient="partner",
        text_version=partner.version,
        text_digest=partner.digest,
        requested_by=actor,
        at=AT,
    )
    theirs = await agreements.confirm_consent(
        tx, request_id=request.id, digest=request.digest, confirmed_by=actor, at=AT
    )
    assert theirs.id != ours.id
    assert (theirs.recipient, theirs.scope) == ("partner", Scope(("invoice.amount",), 12))
    receipt = json.loads((await agreements.consent_receipt(tx, theirs.id)).document)
    (purpose,) = receipt["pii_processing"]["purposes"]
    assert purpose["recipient_third_parties"] == ["partner"]
    await agreements.withdraw_consent(tx, consent_id=theirs.id, withdrawn_by=actor.id, at=AT)
    kept = await agreements.require_consent(
        tx, party_id=party_id, source=TEXT.source, purpose=TEXT.purpose, at=AT
    )
    assert kept == ours


async def test_a_consent_whose_time_is_over_is_written_down_and_told(tx: WriteSession) -> None:
    consent = await grant(tx, await a_party(tx), at=AT)
    job = await jobs.defer(tx, "test.fetch", {}, lock=agreements.fetch_lock(consent.id))
    await agreements.expire_consents(tx, at=consent.expires_at - SECOND)
    assert (await agreements.get_consent(tx, consent.id)).ended_at is None
    await agreements.expire_consents(tx, at=consent.expires_at)
    over = await agreements.get_consent(tx, consent.id)
    assert over.status is agreements.ConsentStatus.EXPIRED
    assert (over.ended_at, over.ended_by) == (consent.expires_at, None)
    last = (await agreements.consent_history(tx, consent.id))[-1]
    assert (last.status, last.recorded_by) == (agreements.ConsentStatus.EXPIRED, None)
    told = await tx.scalars(
        text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq"),
        {"id": str(consent.id)},
    )
    assert told.all() == ["agreements.consent_granted", "agreements.consent_expired"]
    status = await tx.scalar(
        text("SELECT status::text FROM procrastinate_jobs WHERE id = :id"), {"id": job}
    )
    assert status == "cancelled"
    again = await agreements.withdraw_consent(
        tx, consent_id=consent.id, withdrawn_by=new_id(), at=consent.expires_at
    )
    assert again.status is agreements.ConsentStatus.EXPIRED


async def test_a_withdrawal_cancels_what_waits_for_its_turn_and_nothing_else(
    tx: WriteSession,
) -> None:
    consent, other = [await grant(tx, await a_party(tx), at=AT) for _ in range(2)]
    planned = [
        await jobs.defer(tx, "test.fetch", {"n": n}, at=at, lock=agreements.fetch_lock(consent.id))
        for n, at in enumerate((None, AT + timedelta(days=30)))
    ]
    theirs = await jobs.defer(tx, "test.fetch", {}, lock=agreements.fetch_lock(other.id))
    running = await jobs.defer(tx, "test.fetch", {}, lock=agreements.fetch_lock(consent.id))
    await tx.execute(
        text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": running}
    )
    await agreements.withdraw_consent(tx, consent_id=consent.id, withdrawn_by=new_id(), at=AT)
    rows = await tx.execute(
        text("SELECT id, status::text FROM procrastinate_jobs WHERE id = ANY(:ids)"),
        {"ids": [*planned, theirs, running]},
    )
    states = {row.id: row.status for row in rows}
    assert [states[each] for each in planned] == ["cancelled", "cancelled"]
    assert (states[theirs], states[running]) == ("todo", "doing")


async def test_stale_requests_go_and_consents_stay(tx: WriteSession) -> None:
    actor, party_id = somebody(), await a_party(tx)
    request = await ask(tx, party_id, at=AT, by=actor)
    consent = await grant(tx, party_id, at=AT)
    assert await agreements.delete_stale_requests(tx, at=request.expires_at) >= 2
    with pytest.raises(agreements.UnknownConsentRequest):
        await agreements.get_request(tx, request.id)
    assert await agreements.get_consent(tx, consent.id) == consent


async def test_a_receipt_says_all_and_is_proven_by_the_key_alone(tx: WriteSession) -> None:
    actor, party_id = somebody(), await a_party(tx)
    request = await ask(tx, party_id, at=AT, by=actor)
    consent = await agreements.confirm_consent(
        tx, request_id=request.id, digest=request.digest, confirmed_by=actor, at=AT
    )
    receipt = await agreements.consent_receipt(tx, consent.id)
    assert receipt.key_id == RECEIPT_KEY.public.id
    assert RECEIPT_KEY.public.verifies(receipt.document.encode(), receipt.signature)
    told = json.loads(receipt.document)
    assert canonical(told) == receipt.document
    assert told["schema_version"] == "ISO/IEC TS 27560:2023"
    assert told["record_id"] == str(consent.id)
    assert told["pii_principal_id"] == str(party_id)
    assert told["event"] == {
        "event_type": "explicit_consent",
        "event_state": "given",
        "event_time": AT.isoformat(),
        "entity_id": str(actor.id),
        "validity_duration": "P365D",
        "valid_from": AT.isoformat(),
        "valid_until": consent.expires_at.isoformat(),
    }
    (purpose,) = told["pii_processing"]["purposes"]
    assert purpose["lawful_basis"] == "consent"
    assert [each["pii_type"] for each in purpose["pii_information"]] == list(TEXT.scope.data)
    assert purpose["retention_period"] == {"days": 183, "days_after_contract": 1826}
    assert (purpose["recipients"], purpose["recipient_third_parties"]) == (["tongbao"], [])
    assert str(consent.id) in purpose["withdrawal_method"]
    assert told["pii_processing"]["privacy_notice"]["sha256"] == TEXT.digest


@pytest.mark.parametrize("change", ["given", "183", "tongbao", "48"])
async def test_a_changed_receipt_is_noticed(tx: WriteSession, change: str) -> None:
    consent = await grant(tx, await a_party(tx), at=AT)
    receipt = await agreements.consent_receipt(tx, consent.id)
    assert change in receipt.document
    forged = receipt.document.replace(change, "0", 1)
    assert not RECEIPT_KEY.public.verifies(forged.encode(), receipt.signature)


async def test_the_database_refuses_a_line_of_history_that_nobody_wrote(tx: WriteSession) -> None:
    consent = await grant(tx, await a_party(tx), at=AT)
    with pytest.raises(IntegrityError, match="recorded_by"):
        await tx.execute(
            text(
                "INSERT INTO agreements_consent_event"
                " (id, consent_id, status, text_version, text_digest, recorded_at)"
                " VALUES (:id, :consent, 'withdrawn', '1', :digest, :at)"
            ),
            {"id": new_id(), "consent": consent.id, "digest": "0" * 64, "at": AT},
        )
