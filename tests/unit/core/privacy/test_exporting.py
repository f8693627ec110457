"""People get everything that is kept about them, and nobody else does."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from tests.support.bank import Bank, problem
from tests.unit.core.privacy.conftest import ID_NUMBER, PHONE, Person, person_of
from tongbao.app import privacy, tables
from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity.service import Role
from tongbao.core.ledger import service as ledger
from tongbao.core.privacy.domain import words
from tongbao.core.privacy.service.archiving import Archive, cell
from tongbao.core.privacy.service.exporting import _without_people
from tongbao.core.privacy.service.walking import LEFT_OUT, reached
from tongbao.infra import pdf
from tongbao.infra.data_classes import DataClass, Keep
from tongbao.infra.tables import Base
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_MAX

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


async def exported(person: Person) -> zipfile.ZipFile:
    answer = await person.caller.stepped_up("POST", f"/privacy/parties/{person.party_id}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def booked(bank: Bank, account_id: str, *, times: int) -> None:
    """Pay one yuan in, so often."""
    async with bank.database.write() as tx:
        account = await accounts.get(tx, UUID(account_id))
        cash = await ledger.internal_account(
            tx,
            code="1001.TEST",
            asset="CNY",
            category=ledger.Category.ASSET,
            name="cash",
            at=AT,
        )
        posting = ledger.NewPosting(
            cash.id, ledger.AccountId(account.ledger_account_id), Money.parse("1.00", "CNY")
        )
        results = await ledger.post(
            tx,
            [
                ledger.NewTransaction(
                    id=ledger.TransactionId(new_id()), type="test", postings=(posting,)
                )
                for _ in range(times)
            ],
            at=AT,
        )
        for result in results:
            result.raise_for_refusal()


async def account_of(bank: Bank, person: Person) -> str:
    async with bank.database.write() as tx:
        account = await accounts.open_account(
            tx, party_id=UUID(person.party_id), currency="CNY", at=AT
        )
    return str(account.id)


async def test_what_was_sealed_comes_opened_and_credentials_do_not_come(bank: Bank) -> None:
    person, other = await person_of(bank), await person_of(bank)
    archive = await exported(person)
    data: dict[str, Any] = json.loads(archive.read("data.json"))
    found = data["tables"]
    assert [each["value"] for each in found["parties_contact"]] == [PHONE]
    assert [each["number"] for each in found["parties_document"]] == [ID_NUMBER]
    assert found["parties_evidence"][0]["facts"]["number"] == ID_NUMBER
    (picture,) = [name for name in archive.namelist() if name.startswith("files/")]
    assert picture == f"files/{person.ids['picture']}.jpg"
    assert archive.read(picture).startswith(b"\xff\xd8\xff")
    assert found["identity_user"][0]["name"] == "测试用户"
    text = archive.read("data.json").decode()
    assert "password_hash" not in text
    assert "sealed" not in text
    assert other.party_id not in text
    assert PHONE in archive.read("tables/parties_contact.csv").decode("utf-8-sig")


async def test_a_document_to_read_comes_in_both_languages_under_our_seal(bank: Bank) -> None:
    person = await person_of(bank)
    archive = await exported(person)
    for name, expected in (
        ("report-zh.pdf", ("个人信息副本", "韩梅梅", "联系方式", PHONE, ID_NUMBER)),
        ("report-en.pdf", ("Copy of the data kept about you", "韩梅梅", "Contacts", ID_NUMBER)),
    ):
        content = archive.read(name)
        shown = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        together = "".join(shown.replace("\u200b", "").split())
        for word in expected:
            assert "".join(word.split()) in together, (name, word)
        assert "password_hash" not in shown
        verdict = await pdf.verify(content, trusted=agreements.configuration().roots)
        assert verdict.finding is pdf.SealFinding.GENUINE


async def test_every_entry_of_every_account_is_in_its_statement(bank: Bank) -> None:
    person = await person_of(bank)
    accounts = [await account_of(bank, person) for _ in range(2)]
    number = PAGE_LIMIT_MAX + 3
    await booked(bank, accounts[0], times=number)
    archive = await exported(person)
    data: dict[str, Any] = json.loads(archive.read("data.json"))
    assert {each["account_id"]: each["entries"] for each in data["statements"]} == {
        accounts[0]: number,
        accounts[1]: 0,
    }
    assert not any(each["cut"] for each in data["statements"])
    assert data["cut"] == []
    text = archive.read(f"statements/{accounts[0]}.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len({row["transaction_id"] for row in rows}) == number
    assert {row["amount"] for row in rows} == {"1.00"}
    assert [row["balance_after"] for row in rows[:2]] == [f"{number}.00", f"{number - 1}.00"]
    empty = archive.read(f"statements/{accounts[1]}.csv").decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(empty))) == []


async def test_a_firm_does_not_get_core_data_of_those_who_act_for_it() -> None:
    picture_id, licence_id = new_id(), new_id()
    rows: dict[str, list[dict[str, Any]]] = {
        "parties_evidence": [{"id": new_id(), "facts": {"number": ID_NUMBER, "name": "李雷"}}],
        "infra_file": [
            {"id": picture_id, "purpose": "parties.face", "media_type": "image/jpeg"},
            {"id": licence_id, "purpose": "parties.licence_picture", "media_type": "image/jpeg"},
        ],
    }
    files = {f"files/{each}.jpg": b"picture" for each in (picture_id, licence_id)}
    kept, left = _without_people(rows, files)
    assert ID_NUMBER not in str(kept)
    assert kept["parties_evidence"][0]["facts"]["number"].endswith(ID_NUMBER[-4:])
    assert left == {f"files/{licence_id}.jpg": b"picture"}
    assert _without_people({}, {}) == ({}, {})


async def test_a_long_statement_is_never_whole_in_memory() -> None:
    largest = 0

    async def pages() -> AsyncIterator[list[dict[str, object]]]:
        nonlocal largest
        for page in range(300):
            yield [{"number": page, "text": "x" * 1_000} for _ in range(200)]
            largest = max(largest, tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        with Archive(at=AT) as archive:
            assert await archive.put_rows("a.csv", ["number", "text"], pages()) == 60_000
            archive.finish()
    finally:
        tracemalloc.stop()
    assert largest < 20 * 1024 * 1024  # of 60 MB
    content = b"".join(archive.pieces())
    assert len(content) > 0
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.read("a.csv").count(b"\n") == 60_001


def test_an_archive_that_fails_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError), Archive(at=AT) as archive:
        raise ZeroDivisionError
    with pytest.raises(ValueError, match="closed"):
        list(archive.pieces())


def test_what_has_words_is_there() -> None:
    tables.load()
    assert words.TABLES.keys() <= Base.metadata.tables.keys()
    columns = {
        column.name.removesuffix("_sealed").removesuffix("_minor")
        for table in Base.metadata.tables.values()
        for column in table.columns
    }
    assert words.COLUMNS.keys() <= columns
    assert words.table_name("parties_contact", "zh") == "联系方式"
    assert words.table_name("of_a_later_version", "zh") == "of_a_later_version"
    assert words.column_name("valid_until", "zh") == "有效期止"
    assert words.column_name("valid_until", "en") == "valid until"


async def test_it_takes_a_step_up_and_is_noted(bank: Bank) -> None:
    person = await person_of(bank)
    path = f"/privacy/parties/{person.party_id}/export"
    noted = (
        "SELECT count(*) FROM infra_audit WHERE action = 'parties.party.exported'"
        " AND subject_id = %s"
    )
    assert problem(await person.caller.ask("POST", path)) == (403, "identity.step_up_required")
    assert bank.query(noted, UUID(person.party_id)) == [(0,)]
    await exported(person)
    assert bank.query(noted, UUID(person.party_id)) == [(1,)]


async def test_neither_staff_nor_strangers_get_it(bank: Bank, person: Person) -> None:
    path = f"/privacy/parties/{person.party_id}/export"
    callers = [await bank.staff(), await bank.staff(Role.AUDITOR), (await person_of(bank)).caller]
    for who in callers:
        assert problem(await who.ask("POST", path)) == (404, "parties.unknown_party")


def test_every_table_about_somebody_is_reached_or_left_out_for_a_reason() -> None:
    tables.load()
    about_somebody = {
        entry.table
        for entry in privacy.register()
        if entry.data_class in {DataClass.CORE, DataClass.IMPORTANT}
        and entry.keep is not Keep.CONFIGURATION
    }
    there = reached(Base.metadata)
    assert about_somebody - there - LEFT_OUT.keys() == set()
    assert not there & LEFT_OUT.keys()
    assert LEFT_OUT.keys() <= Base.metadata.tables.keys()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+8613800138000", "'+8613800138000"),
        ("李雷", "李雷"),
        (None, ""),
        (UUID(int=7), str(UUID(int=7))),
        ({"a": 1}, '{"a": 1}'),
        (12, "12"),
    ],
)
def test_no_cell_is_a_formula(value: object, shown: str) -> None:
    assert cell(value) == shown
