"""Consents and agreements in a real database."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.support import consents
from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.domain import consent_texts
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import BadCursor

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PURPOSE, SOURCE = agreements.CREDIT_ASSESSMENT, agreements.TAX_VAT_INVOICES
TEXT = agreements.text_in_use(purpose=PURPOSE, source=SOURCE)
USER = new_id()
PARAMETERS = {
    "lender_name": "通宝银行",
    "borrower_name": "杭州云帆贸易有限公司",
    "borrower_registration_number": "91110000600037341L",
    "currency": "CNY",
    "principal": "200000.00",
    "principal_capitals": "人民币贰拾万元整",
    "term_months": "12",
    "disbursed_on": "2025-11-21",
    "matures_on": "2026-11-21",
    "annual_rate_percent": "8.50",
    "account_number": "9900010000000000018",
    "repayment_method": "等额本息",
}


async def a_party(tx: WriteSession) -> parties.PartyId:
    return (await parties.register_person(tx, name="张伟", at=AT)).id


async def grant(
    tx: WriteSession, party_id: UUID, *, at: datetime = AT, by: UUID = USER
) -> agreements.Consent:
    return await consents.grant(tx, party_id, at=at, by=by)


async def require(
    tx: WriteSession, party_id: UUID, *, at: datetime = AT, purpose: str = PURPOSE
) -> agreements.Consent:
    return await agreements.require_consent(
        tx, party_id=party_id, source=SOURCE, purpose=purpose, at=at
    )


async def told(tx: WriteSession, subject: UUID) -> list[str]:
    rows = await tx.execute(
        text("SELECT type FROM infra_outbox WHERE subject = :subject ORDER BY seq"),
        {"subject": str(subject)},
    )
    return [row.type for row in rows]


async def history(tx: WriteSession, consent_id: UUID) -> list[tuple[str, UUID | None, datetime]]:
    return [
        (record.status.value, record.recorded_by, record.recorded_at)
        for record in await agreements.consent_history(tx, consent_id)
    ]


async def test_a_consent_names_the_words_the_user_and_the_moment(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    consent = await grant(tx, party_id)
    assert consent.party_id == party_id
    assert (consent.text_version, consent.text_digest) == (TEXT.version, TEXT.digest)
    assert (consent.granted_at, consent.granted_by) == (AT, USER)
    assert consent.expires_at == AT + TEXT.valid_for
    assert consent.status is agreements.ConsentStatus.GRANTED
    assert await agreements.get_consent(tx, consent.id) == consent
    assert await require(tx, party_id) == consent
    assert await told(tx, consent.id) == ["agreements.consent_granted"]
    assert await history(tx, consent.id) == [("granted", USER, AT)]


async def test_without_a_consent_nothing_may_be_fetched(tx: WriteSession) -> None:
    one, other = await a_party(tx), await a_party(tx)
    await grant(tx, one)
    with pytest.raises(agreements.ConsentMissing) as refused:
        await require(tx, other)
    assert refused.value.facts == {"purpose": PURPOSE, "source": SOURCE}


async def test_a_consent_is_for_its_purpose_only(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    await grant(tx, party_id)
    with pytest.raises(agreements.ConsentMissing):
        await require(tx, party_id, purpose="marketing")


async def test_a_consent_expires(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    consent = await grant(tx, party_id)
    assert await require(tx, party_id, at=consent.expires_at - SECOND) == consent
    with pytest.raises(agreements.ConsentMissing):
        await require(tx, party_id, at=consent.expires_at)


async def test_a_withdrawal_takes_effect_at_once_and_leaves_a_trace(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    consent = await grant(tx, party_id)
    helper = new_id()
    withdrawn = await agreements.withdraw_consent(
        tx, consent_id=consent.id, withdrawn_by=helper, at=AT + SECOND
    )
    assert withdrawn.status is agreements.ConsentStatus.WITHDRAWN
    assert (withdrawn.ended_at, withdrawn.ended_by) == (AT + SECOND, helper)
    with pytest.raises(agreements.ConsentMissing):
        await require(tx, party_id, at=AT + SECOND)
    assert await history(tx, consent.id) == [
        ("granted", USER, AT),
        ("withdrawn", helper, AT + SECOND),
    ]
    assert await told(tx, consent.id) == [
        "agreements.consent_granted",
        "agreements.consent_withdrawn",
    ]


async def test_withdrawing_twice_changes_nothing(tx: WriteSession) -> None:
    consent = await grant(tx, await a_party(tx))
    once = await agreements.withdraw_consent(
        tx, consent_id=consent.id, withdrawn_by=USER, at=AT + SECOND
    )
    again = await agreements.withdraw_consent(
        tx, consent_id=consent.id, withdrawn_by=new_id(), at=AT + 2 * SECOND
    )
    assert again == once
    assert len(await history(tx, consent.id)) == 2


async def test_after_a_withdrawal_a_party_may_consent_again(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    first = await grant(tx, party_id)
    await agreements.withdraw_consent(tx, consent_id=first.id, withdrawn_by=USER, at=AT)
    second = await grant(tx, party_id, at=AT + SECOND)
    assert second.id != first.id
    assert await require(tx, party_id, at=AT + SECOND) == second


async def test_granting_what_is_in_force_changes_nothing(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    first = await grant(tx, party_id)
    assert await grant(tx, party_id, at=AT + SECOND, by=new_id()) == first
    assert len(await history(tx, first.id)) == 1


async def test_an_expired_consent_is_replaced(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    first = await grant(tx, party_id)
    second = await grant(tx, party_id, at=first.expires_at)
    assert second.id != first.id
    assert (await agreements.get_consent(tx, first.id)).status is agreements.ConsentStatus.REPLACED
    with pytest.raises(agreements.ConsentReplaced):
        await agreements.withdraw_consent(
            tx, consent_id=first.id, withdrawn_by=USER, at=first.expires_at
        )


async def test_new_words_need_a_new_consent_and_the_old_one_holds_until_then(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    party_id = await a_party(tx)
    first = await grant(tx, party_id)
    newer = replace(TEXT, version="2030-01")
    monkeypatch.setattr(consent_texts, "CONSENT_TEXTS", (TEXT, newer))
    assert await require(tx, party_id) == first
    with pytest.raises(agreements.ConsentTextOutdated):
        await agreements.request_consent(
            tx,
            party_id=party_id,
            purpose=PURPOSE,
            source=SOURCE,
            text_version=TEXT.version,
            text_digest=TEXT.digest,
            requested_by=consents.somebody(),
            at=AT,
        )
    second = await grant(tx, party_id, at=AT + SECOND)
    assert (second.text_version, second.text_digest) == ("2030-01", newer.digest)
    assert await require(tx, party_id, at=AT + SECOND) == second
    assert await history(tx, first.id) == [("granted", USER, AT), ("replaced", USER, AT + SECOND)]


async def test_consents_of_unknown_parties_and_unknown_consents(tx: WriteSession) -> None:
    with pytest.raises(parties.UnknownParty):
        await grant(tx, new_id())
    with pytest.raises(agreements.UnknownConsent):
        await agreements.get_consent(tx, new_id())
    with pytest.raises(agreements.UnknownConsent):
        await agreements.withdraw_consent(tx, consent_id=new_id(), withdrawn_by=USER, at=AT)
    assert await agreements.consent_history(tx, new_id()) == []


async def test_two_grants_at_once_make_one_consent(database: Database) -> None:
    async with database.write() as tx:
        party_id = await a_party(tx)

    async def one() -> UUID:
        async with database.write() as tx:
            return (await grant(tx, party_id)).id

    assert len(set(await asyncio.gather(*(one() for _ in range(5))))) == 1


async def test_a_withdrawal_waits_for_whoever_relies_on_the_consent(database: Database) -> None:
    async with database.write() as tx:
        party_id = await a_party(tx)
        consent = await grant(tx, party_id)

    async def withdraw() -> None:
        async with database.write() as tx:
            await agreements.withdraw_consent(
                tx, consent_id=consent.id, withdrawn_by=USER, at=AT + SECOND
            )

    async with database.write() as tx:
        await require(tx, party_id)
        withdrawing = asyncio.create_task(withdraw())
        done, _ = await asyncio.wait({withdrawing}, timeout=0.3)
        assert not done
    await asyncio.wait_for(withdrawing, timeout=5)
    async with database.write() as tx:
        with pytest.raises(agreements.ConsentMissing):
            await require(tx, party_id)


async def test_consents_come_in_pages_latest_first(tx: WriteSession) -> None:
    party_ids = [await a_party(tx) for _ in range(3)]
    granted = [await grant(tx, party_id) for party_id in party_ids]
    page = await agreements.list_consents(tx, among=party_ids, limit=2)
    rest = await agreements.list_consents(tx, among=party_ids, limit=2, after=page.next)
    assert page.items + rest.items == granted[::-1]
    assert rest.next is None
    assert (await agreements.list_consents(tx, among=[])).items == []
    assert (await agreements.list_consents(tx, limit=1)).items == [granted[-1]]
    with pytest.raises(BadCursor):
        await agreements.list_consents(tx, after="nonsense")


async def sign(tx: WriteSession, party_id: UUID, **changes: str) -> agreements.Agreement:
    return await agreements.sign(
        tx,
        party_id=party_id,
        template=agreements.LOAN_AGREEMENT,
        parameters=PARAMETERS | changes,
        signed_by=consents.somebody(USER),
        at=AT,
    )


async def test_an_agreement_is_kept_word_for_word(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    shown = agreements.preview(template=agreements.LOAN_AGREEMENT, parameters=PARAMETERS)
    signed = await agreements.sign(
        tx,
        party_id=party_id,
        template=agreements.LOAN_AGREEMENT,
        parameters=PARAMETERS,
        signed_by=consents.somebody(USER),
        at=AT,
        text_digest=shown.digest,
    )
    assert (signed.text, signed.text_digest) == (shown.text, shown.digest)
    assert signed.text_digest == hashlib.sha256(signed.text.encode()).hexdigest()
    assert (signed.party_id, signed.signed_by, signed.signed_at) == (party_id, USER, AT)
    assert (signed.language, signed.parameters) == ("zh", PARAMETERS)
    assert await agreements.get_agreement(tx, signed.id) == signed
    assert await told(tx, signed.id) == ["agreements.agreement_signed"]


async def test_an_agreement_can_be_signed_in_english(tx: WriteSession) -> None:
    signed = await agreements.sign(
        tx,
        party_id=await a_party(tx),
        template=agreements.LOAN_AGREEMENT,
        parameters=PARAMETERS | {"repayment_method": "equal instalments"},
        signed_by=consents.somebody(USER),
        at=AT,
        language="en",
    )
    assert signed.text.startswith("Loan agreement")


async def test_what_was_not_shown_is_not_signed(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    shown = agreements.preview(template=agreements.LOAN_AGREEMENT, parameters=PARAMETERS)
    with pytest.raises(agreements.AgreementTextMismatch):
        await agreements.sign(
            tx,
            party_id=party_id,
            template=agreements.LOAN_AGREEMENT,
            parameters=PARAMETERS | {"annual_rate_percent": "12.00"},
            signed_by=consents.somebody(USER),
            at=AT,
            text_digest=shown.digest,
        )
    assert (await agreements.list_agreements(tx, among=[party_id])).items == []


async def test_agreements_of_unknown_parties_and_unknown_agreements(tx: WriteSession) -> None:
    with pytest.raises(parties.UnknownParty):
        await sign(tx, new_id())
    with pytest.raises(agreements.UnknownAgreement):
        await agreements.get_agreement(tx, new_id())


async def test_agreements_come_in_pages_latest_first(tx: WriteSession) -> None:
    party_id = await a_party(tx)
    signed = [await sign(tx, party_id, principal=f"{n}.00") for n in range(1, 4)]
    page = await agreements.list_agreements(tx, among=[party_id], limit=2)
    rest = await agreements.list_agreements(tx, among=[party_id], limit=2, after=page.next)
    assert page.items + rest.items == signed[::-1]
    assert rest.next is None
    with pytest.raises(BadCursor):
        await agreements.list_agreements(tx, after="nonsense")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreements_agreement SET text = 'other' WHERE party_id = :party",
        "DELETE FROM agreements_agreement WHERE party_id = :party",
        "DELETE FROM agreements_consent WHERE party_id = :party",
        "UPDATE agreements_consent SET text_digest = repeat('0', 64) WHERE party_id = :party",
        "UPDATE agreements_consent SET granted_at = now() WHERE party_id = :party",
        "UPDATE agreements_consent_event SET recorded_at = now() WHERE id IS NOT NULL",
        "DELETE FROM agreements_consent_event WHERE id IS NOT NULL",
        "TRUNCATE agreements_consent_event",
    ],
)
async def test_the_application_cannot_change_evidence(tx: WriteSession, statement: str) -> None:
    party_id = await a_party(tx)
    await sign(tx, party_id)
    await grant(tx, party_id)
    with pytest.raises(ProgrammingError, match="permission denied"):
        await tx.execute(text(statement), {"party": party_id} if ":party" in statement else {})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreements_agreement SET text = 'other'",
        "DELETE FROM agreements_agreement",
        "TRUNCATE agreements_agreement CASCADE",
        "UPDATE agreements_consent_event SET recorded_at = now()",
        "DELETE FROM agreements_consent_event",
        "TRUNCATE agreements_consent_event",
        "DELETE FROM agreements_consent",
        "TRUNCATE agreements_consent CASCADE",
        "UPDATE agreements_consent SET status = 'granted', ended_at = NULL, ended_by = NULL",
    ],
)
async def test_not_even_the_owner_can_change_evidence(
    database: Database, owner_url: str, statement: str
) -> None:
    async with database.write() as tx:
        party_id = await a_party(tx)
        await sign(tx, party_id)
        consent = await grant(tx, party_id)
        await agreements.withdraw_consent(tx, consent_id=consent.id, withdrawn_by=USER, at=AT)
    with (
        psycopg.connect(owner_url) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(statement.encode())
