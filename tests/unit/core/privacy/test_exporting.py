"""People get everything that is kept about them, and nobody else does."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest

from tests.support.bank import Bank, problem
from tests.unit.core.privacy.conftest import ID_NUMBER, PHONE, Person, person_of
from tongbao.app import privacy, tables
from tongbao.core.identity.service import Role
from tongbao.core.privacy.service.exporting import _cell
from tongbao.core.privacy.service.walking import LEFT_OUT, reached
from tongbao.infra.data_classes import DataClass, Keep
from tongbao.infra.tables import Base


async def exported(person: Person) -> zipfile.ZipFile:
    answer = await person.caller.stepped_up("POST", f"/privacy/parties/{person.party_id}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


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
    ("value", "cell"),
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
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    assert _cell(value) == cell
