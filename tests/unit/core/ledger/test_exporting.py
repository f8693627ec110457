"""The whole ledger as a Beancount file: Beancount's own program reads it and agrees.

Beancount is GPL-2.0: it is run as a program, never imported.
"""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.ledger.conftest import AT
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import Asset, beancount
from tongbao.core.ledger.service import (
    Account,
    AccountId,
    Category,
    NewPosting,
    NewTransaction,
    TransactionId,
    TransactionKind,
)
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id

TODAY = business_date(AT)
BEAN_CHECK = Path(sys.executable).parent / "bean-check"
# Currencies, and symbols that Beancount would not take as they are.
ASSETS = {"CNY": 2, "JPY": 0, "KWD": 3, "F:000001": 4, "TRUE": 0, "X": 1, "F9.": 0}
NASTY = 'quote " backslash \\ line\nend\ttab; * ! "" 通宝 {"a": 1} option "x" "y"'


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BEAN_CHECK), "--no-cache", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def open_accounts(database: Database) -> dict[str, list[Account]]:
    opened: dict[str, list[Account]] = {}
    codes = iter(["1001.CNY", "a-b", "a.b", 'x"y\\z', "现金"])
    async with database.write() as tx:
        for symbol, scale in ASSETS.items():
            await ledger.declare_asset(tx, symbol=symbol, scale=scale)
            opened[symbol] = [
                await ledger.open_account(
                    tx,
                    asset=symbol,
                    category=category,
                    overdraft=None,
                    code=next(codes, None),
                    name=f"{category} {NASTY}",
                    at=AT,
                )
                for category in Category
            ]
    return opened


async def fill(database: Database) -> None:
    """Book at random in every asset: posted, back-dated, pending, captured, reversed."""
    chance = random.Random(3)
    accounts = await open_accounts(database)
    for step in range(60):
        symbol = chance.choice(list(ASSETS))
        asset = Asset(f"{symbol}/{ASSETS[symbol]}", symbol, ASSETS[symbol])
        postings = []
        for _ in range(chance.randint(1, 3)):
            debit, credit = chance.sample(accounts[symbol], 2)
            amount = asset.amount(chance.choice([1, 10**13, chance.randint(1, 10**6)]))
            postings.append(NewPosting(debit.id, credit.id, amount))
        kind = TransactionKind.PENDING if step % 3 == 0 else TransactionKind.POSTED
        new = NewTransaction(
            TransactionId(new_id()),
            "test",
            tuple(postings),
            effective_on=TODAY - timedelta(days=chance.randint(0, 400)),
            reference=chance.choice([None, NASTY]),
            metadata=chance.choice([{}, {NASTY[:60]: NASTY}]),
            kind=kind,
        )
        async with database.write() as tx:
            batch = [new]
            (result,) = await ledger.post(tx, batch, at=AT)
            result.raise_for_refusal()
            verb = chance.choice(["nothing", "resolve"])
            if verb == "resolve" and kind is TransactionKind.PENDING:
                batch = [
                    await ledger.capture(
                        tx,
                        transaction_id=TransactionId(new_id()),
                        pending_id=new.id,
                        amounts={1: asset.amount(1)},
                    )
                ]
            elif verb == "resolve":
                batch = [
                    await ledger.reversal(
                        tx, transaction_id=TransactionId(new_id()), reverses_id=new.id
                    )
                ]
            (result,) = await ledger.post(tx, batch, at=AT)
            result.raise_for_refusal()


@pytest.fixture(scope="module")
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def exported(urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a random ledger."""
    database = Database.connect(urls.app, role=APP_ROLE)
    try:
        async with database.read() as tx:
            empty = "".join([part async for part in ledger.export_beancount(tx)])
        assert empty == 'option "title" "Tongbao"\n'
        await fill(database)
        async with database.read() as tx:
            whole = "".join([part async for part in ledger.export_beancount(tx)])
    finally:
        await database.close()
    path = tmp_path_factory.mktemp("export") / "ledger.beancount"
    path.write_text(whole, "utf-8")
    return path


def test_beancount_reads_the_file_and_agrees_with_every_balance(exported: Path) -> None:
    checked = bean_check(exported)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    text = exported.read_text("utf-8")
    assert len(re.findall(r"^\S+ balance ", text, re.MULTILINE)) == len(ASSETS) * len(Category)
    kinds = set(re.findall(r'^  kind: "(\w+)"', text, re.MULTILINE))
    assert kinds == {"posted", "capture", "reversal"}


def test_beancount_refuses_a_balance_one_unit_off(exported: Path, tmp_path: Path) -> None:
    text = exported.read_text("utf-8")
    line = next(each for each in text.splitlines() if " balance " in each and " CNY" in each)
    amount = re.search(r"  (-?[\d.]+) ~", line)
    assert amount is not None
    whole, cents = amount[1].split(".")
    other = f"{whole}.{(int(cents) + 1) % 100:02}"
    wrong = tmp_path / "wrong.beancount"
    wrong.write_text(text.replace(line, line.replace(amount[1], other)), "utf-8")
    checked = bean_check(wrong)
    assert checked.returncode != 0
    assert "Balance failed" in checked.stderr + checked.stdout


def test_beancount_refuses_a_lost_transaction(exported: Path, tmp_path: Path) -> None:
    parts = exported.read_text("utf-8").split("\n\n")
    booked = next(place for place, part in enumerate(parts) if ' * "test"' in part)
    lost = tmp_path / "lost.beancount"
    lost.write_text("\n\n".join(parts[:booked] + parts[booked + 1 :]), "utf-8")
    assert "Balance failed" in "".join(bean_check(lost).stderr)


def test_the_command_writes_the_same_file(exported: Path, urls: Urls, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "TONGBAO_DATABASE_URL": urls.app,
        "TONGBAO_MIGRATION_DATABASE_URL": urls.owner,
    }
    command = [sys.executable, "-m", "tongbao", "ledger", "export", "--format", "beancount"]
    path = tmp_path / "out.beancount"
    run = subprocess.run(
        [*command, str(path)], env=environment, capture_output=True, check=True, timeout=60
    )
    assert run.stdout == b""
    assert path.read_bytes() == exported.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
    run = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    assert run.stdout == exported.read_bytes()


symbols = st.text("ABF09:._-", min_size=1, max_size=6)
codes = st.text(max_size=8)
ACCOUNT = re.compile(r"[A-Z][A-Za-z0-9-]*(:[A-Z0-9][A-Za-z0-9-]*)+")
COMMODITY = re.compile(r"[A-Z][A-Z0-9'._-]*[A-Z0-9]")


@given(st.lists(symbols, min_size=2, max_size=2, unique=True))
def test_different_assets_have_different_legal_names(pair: list[str]) -> None:
    one, other = map(beancount.commodity, pair)
    assert one != other
    assert COMMODITY.fullmatch(one)


@given(st.lists(codes, min_size=2, max_size=2, unique=True))
def test_different_codes_have_different_legal_names(pair: list[str]) -> None:
    account = AccountId(UUID(int=1))
    one, other = (beancount.account_name(Category.ASSET, code, account) for code in pair)
    assert one != other
    assert ACCOUNT.fullmatch(one)


@given(st.text(), st.text())
def test_a_text_stays_inside_its_quotes(one: str, other: str) -> None:
    written = beancount.string(one)
    assert "\n" not in written[1:-1]
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', written, re.DOTALL)
    assert (written == beancount.string(other)) == (one == other)


def test_names_a_person_recognises() -> None:
    someone = AccountId(UUID("0198c9a4-7a52-7000-8000-000000000001"))
    named = beancount.account_name
    assert named(Category.ASSET, "1001.CNY", someone) == "Assets:Code-1001--CNY"
    assert named(Category.MEMORANDUM, "a_b", someone) == "Equity:Memorandum:Code-a-5fb"
    assert named(Category.LIABILITY, None, someone) == (
        "Liabilities:Id-0198c9a47a5270008000000000000001"
    )
    assert beancount.commodity("F:000001") == "X''F'3A000001"
    asset = Asset("CNY/2", "CNY", 2)
    assert beancount.balance_directive("Assets:A", asset, -1250, on=date(2026, 1, 31)) == (
        "2026-02-01 balance Assets:A  -12.50 ~ 0 CNY\n"
    )
