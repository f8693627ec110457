"""The commands as somebody types them: what they say, and the status they end with."""

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import psycopg
import pytest

import tongbao as package
from tests.unit.app.conftest import Tongbao
from tongbao.app import contract
from tongbao.app.demo import LOGINS
from tongbao.infra.postgres import Urls
from tongbao.risk.rating.domain import training
from tongbao_sandbox.billers import BILLERS

COMMANDS = [
    "run",
    "serve",
    "worker",
    "sandbox",
    "migrate",
    "verify",
    "bench",
    "openapi",
    "version",
    "demo seed",
    "demo loan",
    "rating train",
    "db url",
    "outbox lag",
    "outbox parked",
    "outbox replay",
    "crypto status",
    "crypto rotate",
    "crypto new-key",
    "crypto erasures",
    "crypto erase-again",
]


@pytest.fixture
def _quick_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure less often than for a real card; the card is the same."""
    monkeypatch.setattr(training, "REPEATS", 2)


quick_training = pytest.mark.usefixtures("_quick_training")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tongbao: Tongbao, command: str) -> None:
    ended = tongbao(*command.split(), "--help")
    assert ended.status == 0
    assert "Usage" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("demo", "nonsense"),
        ("verify", "--nonsense"),
        ("run", "--port", "0x1"),
        ("demo", "loan", "--invoices", "/no/such/file"),
        ("rating", "train", "--json", "extra"),
        ("bench",),
    ],
)
def test_bad_arguments_are_refused_with_a_hint(
    tongbao: Tongbao, arguments: tuple[str, ...]
) -> None:
    ended = tongbao(*arguments)
    assert ended.status == 2
    assert ended.err
    assert "Traceback" not in ended.err


def test_without_a_command_it_says_what_there_is(tongbao: Tongbao) -> None:
    said = tongbao()
    assert "demo" in said.out + said.err


def test_version(tongbao: Tongbao) -> None:
    assert tongbao("version").out == f"{package.__version__}\n"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_part_alone_needs_to_be_told_its_database(tongbao: Tongbao, command: str) -> None:
    ended = tongbao(command)
    assert ended.status == 2
    assert "TONGBAO_DATABASE_URL" in ended.err


def test_a_benchmark_there_is_not(tongbao: Tongbao) -> None:
    ended = tongbao("bench", "nonsense")
    assert ended.status == 2
    assert "nonsense" in ended.err


def test_migrate_and_where_the_database_is(tongbao: Tongbao, of_its_own: Urls) -> None:
    assert tongbao("migrate").lines[-1] == "The database is up to date."
    assert tongbao("db", "url").out.strip() == of_its_own.owner


def test_verify_finds_nothing_in_sound_books(tongbao: Tongbao, of_its_own: Urls) -> None:
    assert of_its_own.owner
    ended = tongbao("verify")
    assert ended.status == 0
    assert ended.lines[-1] == "The books are sound: 0 findings"
    assert json.loads(tongbao("verify", "--json").lines[-1]) == {"findings": []}


@quick_training
def test_a_loan_on_made_up_invoices(tongbao: Tongbao, of_its_own: Urls) -> None:
    ended = tongbao("demo", "loan", "--firm", "S1")
    assert ended.status == 0, ended.err
    assert ended.lines[-2:] == ["1 approved", "1 firms decided"]
    for words in ("决定 decision     approved", "评分 score", "等级 grade", "年化利率 rate"):
        assert words in ended.out
    # The limit is the sum of its lines, and each feature says what it added to the score.
    lines = re.findall(r"^ +(-?[\d.]+)  \S.* / ", ended.out, re.MULTILINE)
    assert len(re.findall(r"^ +[+-]\d+ / ", ended.out, re.MULTILINE)) >= 5
    limit = one(r"额度 limit +CNY ([\d.]+)", ended.out)
    assert sum(Decimal(line) for line in lines) == limit
    assert one(r"余额 balance +CNY ([\d.]+)", ended.out) == limit
    assert one(r"放款 disbursed +CNY ([\d.]+)", ended.out) == limit

    # Again: what the firm owes counts against it, and nothing is paid twice.
    again = tongbao("demo", "loan", "--firm", "S1")
    assert again.status == 0, again.err
    assert "Training" not in again.out
    assert again.lines[-1] == "1 firms decided"

    assert tongbao("verify").status == 0
    tamper(of_its_own)
    broken = tongbao("verify")
    assert broken.status == 1
    assert broken.lines[-1].endswith(" findings")
    findings = json.loads(tongbao("verify", "--json").lines[-1])["findings"]
    assert {"check", "subject", "expected", "found"} <= findings[0].keys()


def one(pattern: str, text: str) -> Decimal:
    (found,) = re.findall(pattern, text)
    return Decimal(found)


def tamper(urls: Urls) -> None:
    """Change a balance behind the ledger's back, as only the database's owner can."""
    with psycopg.connect(urls.owner) as connection:
        connection.execute("ALTER TABLE ledger_account DISABLE TRIGGER USER")
        changed = connection.execute(
            "UPDATE ledger_account SET credits_posted = credits_posted + 1"
            " WHERE overdraft IS NOT NULL AND NOT debit_normal"
        )
        assert changed.rowcount > 0


def test_a_firm_there_is_not(tongbao: Tongbao, of_its_own: Urls) -> None:
    assert of_its_own.owner
    ended = tongbao("demo", "loan", "--firm", "NOBODY")
    assert ended.status == 2
    assert "NOBODY" in ended.out + ended.err


@pytest.mark.parametrize("command", [("demo", "loan"), ("rating", "train")])
def test_files_that_cannot_be_read(
    tongbao: Tongbao, tmp_path: Path, command: tuple[str, ...]
) -> None:
    garbage = tmp_path / "garbage.csv"
    garbage.write_bytes(b"\x00\xff not,a,table\n")
    for invoices, enterprises in [(garbage, garbage), (tmp_path / "none.csv", garbage)]:
        ended = tongbao(*command, "--invoices", invoices, "--enterprises", enterprises)
        assert ended.status == 2
        assert ended.err
        assert "Traceback" not in ended.err
    alone = tongbao(*command, "--invoices", garbage)
    assert alone.status == 2
    assert "--enterprises" in alone.err


@quick_training
def test_training_prints_how_good_the_card_is(tongbao: Tongbao, of_its_own: Urls) -> None:
    ended = tongbao("rating", "train")
    assert ended.status == 0, ended.err
    for name in ("AUC", "KS"):
        assert 0.3 < one(rf"{name} +([\d.]+) +\(95 % interval", ended.out) < 1
    assert "version 1, active" in ended.lines[-1]

    report = json.loads(tongbao("rating", "train", "--json").lines[-1])
    measured = report["validation"]
    assert measured["auc"]["low"] < measured["auc"]["mean"] < measured["auc"]["high"]
    assert measured["repeats"] == 2
    with psycopg.connect(of_its_own.owner) as connection:
        assert connection.execute("SELECT count(*) FROM rating_model").fetchone() == (2,)


@quick_training
def test_demo_data_are_made_once(tongbao: Tongbao, of_its_own: Urls) -> None:
    first = tongbao("demo", "seed")
    assert first.status == 0, first.err
    assert first.lines[-1] == "The demo's data are there."
    counted = made(of_its_own)
    assert counted == {
        "identity_user": len(LOGINS),
        "lending_loan": 1,
        "payments_order": 5,
        "accounts_account": 4 + len(BILLERS),
        "bills_biller": len(BILLERS),
        "bills_saved": 1,
        "infra_proposal": 1,
    }
    again = tongbao("demo", "seed")
    assert again.lines == ["The demo's data are there."]
    assert made(of_its_own) == counted
    assert tongbao("verify").status == 0


def made(urls: Urls) -> dict[str, int]:
    found = {}
    tables = (
        "identity_user",
        "lending_loan",
        "payments_order",
        "accounts_account",
        "bills_biller",
        "bills_saved",
        "infra_proposal",
    )
    with psycopg.connect(urls.owner) as connection:
        for table in tables:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row is not None
            found[table] = row[0]
    return found


def test_the_contract_is_written_and_compared(
    tongbao: Tongbao, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(contract, "documents", cache(contract.documents))
    assert tongbao("openapi", "--check").status == 0
    monkeypatch.setattr(contract, "DOCS", tmp_path)
    stale = tongbao("openapi", "--check")
    assert stale.status == 1
    assert "docs/openapi.json" in stale.out
    assert tongbao("openapi").status == 0
    assert tongbao("openapi", "--check").status == 0
    assert json.loads((tmp_path / "openapi.json").read_text("utf-8"))["openapi"] == "3.1.0"
    assert json.loads((tmp_path / "events.json").read_text("utf-8"))


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_every_real_firm_is_decided(tongbao: Tongbao, of_its_own: Urls, real_data: Path) -> None:
    files = (
        "--invoices",
        real_data / "invoices.parquet",
        "--enterprises",
        real_data / "enterprises.csv",
    )
    single = tongbao("demo", "loan", *files, "--firm", "E2")
    assert single.status == 0, single.err
    assert single.lines[-1] == "1 firms decided"
    assert "企业 firm         E2" in single.out

    every = tongbao("demo", "loan", *files, "--all")
    assert every.status == 0, every.err
    assert every.lines[-1] == "425 firms decided"
    assert len({line.split()[0] for line in every.lines if line.startswith("E")}) == 425
    assert tongbao("verify").status == 0
    assert made(of_its_own)["accounts_account"] == 425
