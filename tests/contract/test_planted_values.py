"""Unmistakable values go in through the API; nowhere do they come out unmasked.

Every GET address as every role, the answers to those who handed the values in, all logs, metrics,
the export of the ledger, what commands print, copies of other people's data, and every row of every
table: events, webhooks, messages and stored answers among them. The files that are shipped hold
numbers of nobody. What is sealed lies in the same rows, so a value that is found lies in clear.
"""

import asyncio
import io
import logging
import re
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
import structlog
from psycopg import sql
from pypdf import PdfReader
from stdnum import luhn
from stdnum.cn import ric

import tongbao
from tests.contract.test_permission_matrix import ENDS_THE_LOG_IN, Requests, World, world
from tests.support.bank import Bank, done, settings
from tests.support.logs import own_logs
from tongbao.app import audit, commands, crypto, outbox, privacy
from tongbao.app.permissions import Address, addresses
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import Role
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.ledger import service as ledger
from tongbao.infra.crypto import Rotation
from tongbao.infra.db import Database
from tongbao.kernel import masking
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

__all__ = ["world"]

pytestmark = pytest.mark.slow

_BIRTH: Final = "35020319770417" + "318"
ID_NUMBER: Final = _BIRTH + ric.calc_check_digit(_BIRTH + "0")
CORE: Final[Mapping[str, str]] = {
    "identity number": ID_NUMBER,
    "passport": "PLANTX90417",
    "phone": "19912340417",
    "e-mail address": "planted.quokka",
    "log-in phone": "18812340417",
    "log-in e-mail address": "planted.wombat",
}
NAME: Final = "欧阳静慧子"
CARD: Final = "6222021234567890" + "417"
"""A card's number, as somebody types it where an account's is asked for."""
MADE_UP: Final = frozenset({"110101199001010015", "13800138000", "6200000000000000000"})
"""Numbers of nobody that documents and the sandbox use."""
SHIPPED: Final = Path(tongbao.__file__).parents[2]


def core_in(text: str) -> list[str]:
    """Return which planted values of core data are in a text."""
    return [what for what, value in CORE.items() if value in text]


@dataclass
class Planted:
    """Where the values were put, what was answered then, and what was logged meanwhile."""

    ids: tuple[Mapping[str, str], ...]
    answers: list[str]
    logged: list[str]


@contextmanager
def logs_heard() -> Iterator[list[str]]:
    """Hear every line that is logged, by our own loggers and by libraries', as it is written."""
    heard: list[str] = []
    before = structlog.get_config()
    *processors, render = before["processors"]

    def listen(logger: Any, method: str, event: Any) -> Any:
        line = render(logger, method, event)
        heard.append(str(line))
        return line

    root, stream = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(root.handlers[0].formatter)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    structlog.configure(
        processors=[*processors, listen],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )
    try:
        yield heard
    finally:
        structlog.configure(**before)
        root.removeHandler(handler)
        root.setLevel(level)
        heard.append(stream.getvalue())


@contextmanager
def kept_for_good(bank: Bank) -> Iterator[None]:
    """Let requests leave something behind: the world of the matrix forgets what they write."""
    forgetful = bank.app.state.database
    bank.app.state.database = Database(forgetful.engine, forgetful.lines)
    try:
        yield
    finally:
        bank.app.state.database = forgetful


async def plant(bank: Bank, world: World) -> tuple[tuple[Mapping[str, str], ...], list[str]]:
    """Hand the values in: the firm's own user what it may, operations what customers may not."""
    firm = world.members[identity.MemberRole.HOLDER]
    operations = world.staff[Role.STAFF_OPERATIONS]
    party, at = world.own["party_id"], now()
    answers: list[str] = []

    async def hand_in(who: Any, method: str, path: str, body: object) -> Any:
        answer = await who.ask(method, path, json=body)
        answers.append(answer.text)
        return done(answer)

    contacts = f"/parties/{party}/contacts"
    phone = await hand_in(firm, "POST", contacts, {"kind": "phone", "value": CORE["phone"]})
    address = f"{CORE['e-mail address']}@example.org"
    await hand_in(firm, "POST", contacts, {"kind": "email", "value": address})
    validity = {"valid_from": "2020-06-01", "valid_until": None}
    for kind, number in (("id_card", ID_NUMBER), ("passport", CORE["passport"])):
        body = {"type": kind, "number": number, **validity}
        await hand_in(operations, "POST", f"/parties/{party}/documents", body)
    person = await hand_in(operations, "POST", "/parties", {"kind": "person", "name": NAME})
    about = {"party_id": person["id"], "level": 3}
    case = await hand_in(operations, "POST", "/kyc/cases", about)
    card = {
        "name": NAME,
        "number": ID_NUMBER,
        "sex": "male",
        "born_on": "1977-04-17",
        "issuing_authority": "厦门市公安局思明分局",
        "valid_from": "2020-06-01",
        "valid_until": "2040-06-01",
    }
    await hand_in(operations, "PUT", f"/kyc/cases/{case['id']}/id-card", card)
    documents = f"/parties/{person['id']}/documents"
    shown = {"type": "id_card", "number": ID_NUMBER, **validity}
    await hand_in(operations, "POST", documents, shown)
    wrong = {"type": "id_card", "number": ID_NUMBER[:-1] + "#", **validity}
    answers.append((await operations.ask("POST", documents, json=wrong)).text)
    order = {
        "debtor_account_id": world.own["account_id"],
        "creditor_account_number": CARD,
        "creditor_name": NAME,
        "amount": {"amount": "1.00", "currency": "CNY"},
    }
    await firm.ask("POST", "/payments", json=order, key=str(new_id()))  # there is no such account
    me = await firm.get("/identity/me")
    async with bank.database.write() as tx:
        for text in (CORE["log-in phone"], f"{CORE['log-in e-mail address']}@example.org"):
            contact = clean_contact(text)
            assert await identity.add_contact(
                tx, user_id=UUID(me["id"]), contact=contact, language="zh", at=at
            )
    for text in (CORE["log-in phone"], f"{CORE['log-in e-mail address']}@example.org"):
        asked = await world.anybody.ask("POST", "/identity/password-resets", json={"contact": text})
        answers.append(asked.text)
    of_person = {"party_id": person["id"], "case_id": case["id"], "contact_id": phone["id"]}
    return (world.own, {**world.own, **of_person}), answers


@pytest.fixture(scope="module")
async def planted(bank: Bank, world: World) -> AsyncIterator[Planted]:
    with kept_for_good(bank):
        with logs_heard() as logged:
            ids, answers = await plant(bank, world)
            await bank.work()
        yield Planted(ids, answers, logged)


def rows_of(owner_url: str) -> Iterator[tuple[str, str]]:
    """Yield each value of the database with where it lies; bytes as the letters in them."""
    with psycopg.connect(owner_url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        ).fetchall()
        for (name,) in names:
            found = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
            columns = [column.name for column in found.description or ()]
            for row in found:
                for column, value in zip(columns, row, strict=True):
                    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    yield f"{name}.{column}", text


def gets(bank: Bank) -> list[Address]:
    """Return every address that is read."""
    return [
        each
        for each in addresses(bank.app)
        if each.method == "get" and each.operation not in ENDS_THE_LOG_IN
    ]


async def shown_core(bank: Bank, world: World, planted: Planted) -> tuple[list[str], int]:
    """Ask every GET address as every role; return what core data was shown, and how much was."""
    leaks, masked = [], 0
    for address in gets(bank):
        requests = Requests(bank, address)
        for role, who in [*world.callers(), ("anybody", world.anybody)]:
            for ids in planted.ids:
                _, _, text = await requests.ask(who, ids)
                leaks += [f"{address.operation} shows {role}: {what}" for what in core_in(text)]
                masked += masking.document(ID_NUMBER) in text or "+86199****0417" in text
    return leaks, masked


async def test_no_address_shows_core_data_to_anybody(
    bank: Bank, world: World, planted: Planted
) -> None:
    assert len(gets(bank)) > 40
    leaks, masked = await shown_core(bank, world, planted)
    assert leaks == []
    assert masked > 20, "the planted values are there, masked"


async def test_an_address_that_shows_core_data_is_found(
    bank: Bank, world: World, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "phone", lambda number: number)
    (contacts,) = [each for each in gets(bank) if each.operation == "parties_list_contacts"]
    holder = world.members[identity.MemberRole.HOLDER]
    _, _, text = await Requests(bank, contacts).ask(holder, planted.ids[0])
    assert core_in(text) == ["phone"]


def test_no_answer_repeats_what_was_handed_in(planted: Planted) -> None:
    assert len(planted.answers) > 8
    assert [core_in(text) for text in planted.answers if core_in(text)] == []


def test_no_log_holds_core_data_or_a_name(planted: Planted) -> None:
    assert sum("request" in line for line in planted.logged) > 8
    told = "\n".join(planted.logged)
    assert core_in(told) == []
    assert NAME not in told


def test_no_log_holds_the_number_of_a_card_or_an_account(bank: Bank, planted: Planted) -> None:
    told = "\n".join(planted.logged)
    numbers = [number for (number,) in bank.query("SELECT number FROM accounts_account")]
    assert numbers
    assert [number for number in [CARD, *numbers] if number in told] == []


def test_a_log_that_holds_core_data_is_found() -> None:
    with logs_heard() as heard:
        structlog.stdlib.get_logger("tests").info("planted", value=CORE["passport"])
        logging.getLogger("tests").info("planted %s", CORE["passport"])
    assert [core_in(line) for line in heard if core_in(line)] == [["passport"], ["passport"]]


def test_no_row_holds_core_data_in_clear(bank: Bank, planted: Planted) -> None:
    places = 0
    leaks = set()
    for where, text in rows_of(bank.urls.owner):
        leaks |= {f"{where}: {what}" for what in core_in(text)}
        places += 1
    assert sorted(leaks) == []
    assert places > 1_000


def test_names_are_in_no_event_no_webhook_and_no_job(bank: Bank, planted: Planted) -> None:
    apart = ("infra_outbox.", "infra_webhooks_", "procrastinate_", "infra_message.", "infra_audit")
    assert {
        where
        for where, text in rows_of(bank.urls.owner)
        if where.startswith(apart) and NAME in text
    } == set()


def test_a_row_that_holds_core_data_is_found(bank: Bank, planted: Planted) -> None:
    with psycopg.connect(bank.urls.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE planted (note text)")
        try:
            connection.execute("INSERT INTO planted VALUES (%s)", (f"see {ID_NUMBER}",))
            found = {where for where, text in rows_of(bank.urls.owner) if core_in(text)}
        finally:
            connection.execute("DROP TABLE planted")
    assert found == {"planted.note"}


async def test_metrics_and_the_ledger_export_hold_neither_core_data_nor_names(
    bank: Bank, planted: Planted
) -> None:
    metrics = (await bank.http.get("/metrics")).text
    assert "http" in metrics
    async with bank.database.read() as tx:
        book = "".join([part async for part in ledger.export_beancount(tx)])
    assert "open" in book
    for text in (metrics, book):
        assert core_in(text) == []
        assert NAME not in text


def texts_of(archive: bytes) -> dict[str, str]:
    """Return what a person reads in a copy of data, by file."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            content = opened.read(name)
            if name.endswith(".pdf"):
                pages = PdfReader(io.BytesIO(content)).pages
                text = "".join(page.extract_text() for page in pages).replace("\u200b", "")
                found[name] = "".join(text.split())
            elif name.endswith((".json", ".csv")):
                found[name] = content.decode()
    return found


async def copy_of(who: Any, party_id: str) -> dict[str, str]:
    answer = await who.stepped_up("POST", f"/privacy/parties/{party_id}/export")
    assert answer.status_code == 200, answer.text
    return texts_of(answer.content)


async def test_a_copy_of_ones_data_holds_core_data_of_nobody_else(
    bank: Bank, world: World, planted: Planted
) -> None:
    with kept_for_good(bank):
        other = await bank.customer()
        texts = await copy_of(other, other.party_id)
    assert {"data.json", "report-zh.pdf", "report-en.pdf"} <= texts.keys()
    for name, text in texts.items():
        assert core_in(text) == [], name
        assert NAME not in text, name


async def test_the_subject_itself_sees_its_core_data_whole(
    bank: Bank, world: World, planted: Planted
) -> None:
    """So that the copy of another would show them, were they in it."""
    firm = world.members[identity.MemberRole.HOLDER]
    with kept_for_good(bank):
        texts = await copy_of(firm, world.own["party_id"])
    for name in ("data.json", "report-zh.pdf", "report-en.pdf"):
        assert {"phone", "passport"} <= set(core_in(texts[name])), name


async def test_no_command_prints_core_data_or_a_name(
    bank: Bank, planted: Planted, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given = settings(bank.urls)
    exported = tmp_path / "trail.jsonl"

    def run() -> None:
        crypto.status(given, as_json=False)
        crypto.list_erasures(given)
        crypto.rotate(given, what=Rotation.FIELDS, as_json=True)
        audit.export(given, exported, subject=None, actor=None, since=None, until=None)
        outbox.lag(given, as_json=False)
        outbox.parked(given, "webhooks", after=0, limit=100, as_json=False)
        commands.verify(given, as_json=False)
        commands.export_ledger(given, file=None, language="beancount")
        commands.say(privacy.inventory(as_json=False, as_markdown=False))

    with own_logs():
        await asyncio.to_thread(run)
    printed = "".join(capsys.readouterr())
    assert "generation 1" in printed
    assert "2001" in printed or "open" in printed
    for text in (printed, exported.read_text("utf-8")):
        assert core_in(text) == []
        assert NAME not in text
        assert CARD not in text


def shipped() -> Iterator[tuple[Path, str]]:
    """Yield the texts that are shipped: the program, its demo and sandbox, its documents."""
    for folder in ("src", "docs"):
        for file in sorted((SHIPPED / folder).rglob("*")):
            if file.suffix in {".py", ".md", ".json", ".csv", ".sql", ".typ", ".html", ".toml"}:
                yield file, file.read_text("utf-8")


_DOCUMENTS: Final = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)")
_PHONES: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CARDS: Final = re.compile(r"(?<!\d)62\d{14,17}(?!\d)")


def numbers_in(text: str) -> set[str]:
    """Return what would be somebody's: valid identity numbers, telephones, cards."""
    documents = {
        each for each in _DOCUMENTS.findall(text) if ric.calc_check_digit(each) == each[-1]
    }
    cards = {each for each in _CARDS.findall(text) if luhn.is_valid(each)}
    return documents | cards | set(_PHONES.findall(text))


def test_files_that_are_shipped_hold_numbers_of_nobody() -> None:
    found = {(file.name, number) for file, text in shipped() for number in numbers_in(text)}
    assert {number for _, number in found} <= MADE_UP, sorted(found)
    assert len(list(shipped())) > 500


def test_a_file_that_held_one_would_be_found() -> None:
    assert numbers_in(f"see {ID_NUMBER}, call {CORE['phone']}") == {ID_NUMBER, CORE["phone"]}
