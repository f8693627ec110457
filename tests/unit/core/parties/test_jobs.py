"""What the worker does for parties."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties import jobs
from tongbao.core.parties import service as parties
from tongbao.infra import ocr
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext
from tongbao.infra.settings import Settings
from tongbao.kernel.ids import new_id

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


async def test_documents_that_end_are_told_of_until_none_is_left(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["tongbao.core.parties.service.documents"]
    monkeypatch.setattr(module, "WARNED_AT_ONCE_MAX", 1)
    made = []
    for order in ("101", "103", "105"):
        async with database.write() as tx:
            party = await parties.register_person(tx, name="将到期", at=AT)
            await parties.record_document(
                tx,
                party_id=party.id,
                type=parties.DocumentType.ID_CARD,
                number=id_number(order=order),
                valid_from=date(2016, 11, 25),
                valid_until=date(2026, 11, 25),
                recorded_by=new_id(),
                at=AT,
            )
            made.append(str(party.id))
    for _ in range(2):
        await jobs.warn_of_expiry(JobContext(database=database, at=AT))
    async with database.read() as tx:
        told = await tx.execute(
            text(
                "SELECT subject FROM infra_outbox WHERE type = 'parties.document_expiring'"
                " AND subject = ANY(:ids)"
            ),
            {"ids": made},
        )
    assert sorted(row.subject for row in told) == sorted(made)


async def test_reviews_that_are_due_are_opened(database: Database) -> None:
    async with database.write() as tx:
        party = await parties.register_person(tx, name="到期复核", at=AT)
        await parties.set_level(
            tx,
            party_id=party.id,
            level=parties.Level.BASIC,
            reason="测试",
            changed_by=None,
            at=AT,
        )
        await parties.rate(
            tx,
            party_id=party.id,
            risk=parties.Risk.HIGH,
            reason="测试",
            rated_by=new_id(),
            at=AT,
        )
    await jobs.open_reviews(JobContext(database=database, at=AT + timedelta(days=181)))
    async with database.read() as tx:
        (case,) = (await parties.cases(tx, among={party.id})).items
    assert case.cause == "review"


async def test_a_case_that_nobody_asked_for_is_left_alone(database: Database) -> None:
    async with database.write() as tx:
        party = await parties.register_person(tx, name="未提交", at=AT)
        case = await parties.open_case(
            tx, party_id=party.id, level=parties.Level.BASIC, opened_by=new_id(), at=AT
        )
    jobs.ask(parties.connect_outside(Settings()))
    await jobs.check_case(JobContext(database=database, at=AT), case_id=str(case.id))
    async with database.read() as tx:
        assert (await parties.get_case(tx, case.id)).state is parties.State.OPENED


def test_pictures_are_read_where_recognition_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for there in (True, False):
        monkeypatch.setattr(ocr, "installed", lambda there=there: there)
        assert (parties.connect_outside(Settings()).reader is not None) is there
