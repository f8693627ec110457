"""Agreements as documents: made once by a job, with the evidence of who signed how."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from tests.support.consents import SEAL, somebody
from tongbao.core.agreements import jobs as agreement_jobs
from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.domain.templates import TEMPLATES, Kind, template_in_use
from tongbao.core.parties import service as parties
from tongbao.infra import pdf
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.jobs import JobContext
from tongbao.kernel.ids import new_id

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=5)
PARAMETERS = {
    "lender_name": "通宝银行",
    "borrower_name": "杭州䶮𠮷贸易有限公司",
    "borrower_registration_number": "91110000600037341L",
    "currency": "CNY",
    "principal": "200000.00",
    "principal_capitals": "人民币贰拾万元整",
    "term_months": "12",
    "disbursed_on": "2026-11-21",
    "matures_on": "2027-11-21",
    "annual_rate_percent": "8.50",
    "account_number": "9900010000000000018",
    "repayment_method": "随借随还",
}


async def sign(
    tx: WriteSession, *, by: Actor | None = None, step_up_id: UUID | None = None
) -> agreements.Agreement:
    party = await parties.register_person(tx, name="杭州䶮𠮷", at=AT)
    return await agreements.sign(
        tx,
        party_id=party.id,
        template=agreements.LOAN_AGREEMENT,
        parameters=PARAMETERS,
        signed_by=by or somebody(),
        step_up_id=step_up_id,
        at=AT,
    )


async def test_how_it_was_signed_is_kept(tx: WriteSession) -> None:
    step_up_id = new_id()
    actor = Actor(
        id=new_id(),
        kind="customer",
        name="测试",
        session_id=new_id(),
        factors=frozenset({"password", "totp"}),
    )
    agreement = await sign(tx, by=actor, step_up_id=step_up_id)
    evidence = await agreements.signing_evidence(tx, agreement.id)
    assert evidence == agreements.Evidence(
        agreement_id=agreement.id,
        user_id=actor.id,
        session_id=actor.session_id,
        factors=("password", "totp"),
        step_up_id=step_up_id,
        text_digest=agreement.text_digest,
        signed_at=AT,
    )
    assert await agreements.signing_evidence(tx, new_id()) is None


async def test_the_document_is_made_once_whoever_is_quicker(database: Database) -> None:
    async with database.write() as tx:
        agreement = await sign(tx)
    async with database.read() as reading:
        with pytest.raises(agreements.DocumentNotReady):
            await agreements.get_document(reading, agreement.id)
        job = await reading.scalar(
            text("SELECT task_name FROM procrastinate_jobs WHERE args ->> 'agreement_id' = :id"),
            {"id": str(agreement.id)},
        )
    assert job == "agreements.seal_document"
    for at in (LATER, LATER + timedelta(days=1)):
        context = JobContext(database=database, at=at)
        await agreement_jobs.seal_document(context, agreement_id=str(agreement.id))
    async with database.read() as reading:
        document = await agreements.get_document(reading, agreement.id)
        verdict, whose = await agreements.verify_document(reading, document.content)
    assert document.sealed_at == LATER
    assert (verdict.finding, verdict.sealed_at) == (pdf.SealFinding.GENUINE, LATER)
    assert whose == agreement.id


SAMPLES = {
    Kind.TEXT: "杭州䶮𠮷",
    Kind.AMOUNT: "1000.00",
    Kind.CURRENCY: "CNY",
    Kind.INTEGER: "12",
    Kind.PERCENT: "1.50",
    Kind.DATE: "2026-11-21",
    Kind.ACCOUNT: "9900010000000000018",
}


@pytest.mark.parametrize("name", sorted({each.name for each in TEMPLATES}))
async def test_every_kind_of_agreement_gets_its_sealed_document(
    database: Database, name: str
) -> None:
    template = template_in_use(name)
    parameters = {place: SAMPLES[template.kind(place)] for place in template.parameters}
    async with database.write() as tx:
        party = await parties.register_person(tx, name="杭州䶮𠮷", at=AT)
        agreement = await agreements.sign(
            tx,
            party_id=party.id,
            template=name,
            parameters=parameters,
            signed_by=somebody(),
            at=AT,
        )
    await agreements.seal_document(database, agreement_id=agreement.id, at=LATER)
    async with database.read() as reading:
        document = await agreements.get_document(reading, agreement.id)
    verdict = await pdf.verify(document.content, trusted=(SEAL.root,))
    assert verdict.finding is pdf.SealFinding.GENUINE


@pytest.mark.parametrize("table", ["agreements_signing", "agreements_document"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {}"])
async def test_evidence_and_documents_stay_as_written(
    database: Database, owner_url: str, table: str, change: str
) -> None:
    async with database.write() as tx:
        agreement = await sign(tx)
    await agreements.seal_document(database, agreement_id=agreement.id, at=LATER)
    moment = "signed_at = now()" if table == "agreements_signing" else "sealed_at = now()"
    with (
        psycopg.connect(owner_url) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(change.format(table, moment).encode())


async def test_the_same_agreement_is_the_same_document(tx: WriteSession) -> None:
    agreement = await sign(tx)
    evidence = await agreements.signing_evidence(tx, agreement.id)
    first = await agreements.render_agreement(agreement, evidence, "杭州䶮𠮷")
    assert await agreements.render_agreement(agreement, evidence, "杭州䶮𠮷") == first
    assert pdf.pem_of([SEAL.root]).startswith(b"-----BEGIN CERTIFICATE")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("principal", "-1"),
        ("principal", "1e9"),
        ("principal", "二十万"),
        ("currency", "cny"),
        ("term_months", "12.5"),
        ("disbursed_on", "2026-02-30"),
        ("matures_on", "soon"),
        ("annual_rate_percent", "8,5"),
        ("account_number", "99 0001"),
        ("principal", "２００"),
    ],
)
async def test_a_place_takes_its_kind_of_value_only(name: str, value: str) -> None:
    with pytest.raises(agreements.ParametersMismatch) as refused:
        agreements.preview(
            template=agreements.LOAN_AGREEMENT, parameters=PARAMETERS | {name: value}
        )
    assert refused.value.facts["malformed"] == [name]
