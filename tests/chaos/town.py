"""A bank whose API, worker and PostgreSQL are killed, and channels that misbehave."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import httpx2
import psutil
import psycopg

from tests.support.programs import Program, answers, free_port, program
from tongbao.app.channels import join_sandbox
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.jobs import work
from tongbao.infra.postgres import EmbeddedPostgres, Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao_sandbox.channels.card import is_card

PASSWORD = "correct horse battery"
WALLETS = ("wallet-a", "wallet-b")
CHANNELS = ("bank", "card", *WALLETS)
FUNDS_MINOR = 100_000_00
BANK = "102100099996"
THERE = "6222020200012345670"
ON_ITS_WAY_SECONDS = 6
TO_PAY_SECONDS = 25
DEATH_SECONDS_MAX = 30
PATIENCE = {"read_seconds_max": 1.0, "total_seconds_max": 2.5, "certain_after_seconds": 4.0}
UNDER_WAY = (
    "SELECT count(*) FROM payments_order WHERE status NOT IN"
    " ('settled', 'rejected', 'returned', 'cancelled')"
)
SHOWN = "SELECT count(*) FROM payments_attempt WHERE redirect IS NOT NULL"
ASKED_BACK = "SELECT count(*) FROM payments_recall WHERE status NOT IN ('returned', 'refused')"
RECEIVING = "task_name = 'payments.receive' AND status IN ('todo', 'doing')"
NOT_RECEIVED = f"SELECT count(*) FROM procrastinate_jobs WHERE {RECEIVING}"
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before", "share": 0.06},
    {"kind": "drop_after", "share": 0.06},
    {"kind": "error_before", "share": 0.05},
    {"kind": "error_after", "share": 0.05},
    {"kind": "delay", "share": 0.06, "seconds": 0.2},
    {"kind": "slow_loris", "share": 0.03, "seconds": 1.5},
    {"kind": "reject", "share": 0.08, "reason": "name_mismatch"},
    {"kind": "stall", "share": 0.15, "inquiries": 2},
    {"kind": "no_callback", "share": 0.1},
    {"kind": "late_callback", "share": 0.1, "seconds": 0.5},
    {"kind": "duplicate_callback", "share": 0.1},
    {"kind": "stale_callback", "share": 0.1},
    {"kind": "wrong_amount", "share": 0.1},
    {"kind": "wrong_signature", "share": 0.1},
)


@dataclass
class Citizen:
    """A customer with an account, a verified card, and a log-in."""

    login: str
    account_id: UUID
    number: str
    name: str
    party_id: UUID
    ledger_account_id: UUID
    card_id: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict)
    topped_up: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@dataclass
class Town:
    """All of it, on one machine."""

    folder: Path
    postgres: EmbeddedPostgres
    urls: Urls
    sandbox: str
    port: int = field(default_factory=free_port)
    processes: ExitStack = field(default_factory=ExitStack)
    running: dict[str, Program] = field(default_factory=dict)
    starts: int = 0
    citizens: list[Citizen] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    calm: set[str] = field(default_factory=set)
    incoming: dict[str, UUID | None] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)  # paid at a wallet that had closed it

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def channels_file(self) -> Path:
        return self.folder / "data" / "channels" / "channels.json"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TONGBAO_DATABASE_URL": self.urls.app,
            "TONGBAO_MIGRATION_DATABASE_URL": self.urls.owner,
            "TONGBAO_DATABASE_ROLE": "",
            "TONGBAO_DATA_DIR": str(self.folder / "data"),
            "TONGBAO_PORT": str(self.port),
            "TONGBAO_API_WORKERS": "1",
            "TONGBAO_LOG_LEVEL": "error",
            "TONGBAO_CHANNELS_FILE": str(self.channels_file),
            "TONGBAO_PAYMENT_ON_ITS_WAY_SECONDS": str(ON_ITS_WAY_SECONDS),
            "TONGBAO_PAYMENT_WALLET_SECONDS": str(TO_PAY_SECONDS),
        }

    async def join(self) -> None:
        """Become the channels' merchant, and be less patient than one would be with the world."""
        settings = Settings(
            data_dir=self.folder / "data",
            sandbox_port=int(self.sandbox.rpartition(":")[2]),
            port=self.port,
        )
        file = await join_sandbox(settings)
        told = {name: {**each, **PATIENCE} for name, each in json.loads(file.read_text()).items()}
        file.chmod(0o600)
        file.write_text(json.dumps(told))

    def start(self, *names: str) -> None:
        """Start `serve` or `worker`, and wait until they answer."""
        for name in names:
            self.starts += 1
            log = self.folder / f"{name}-{self.starts}.log"
            self.running[name] = self.processes.enter_context(
                program(name, environment=self.environment, log=log)
            )
        if "serve" in names:
            self.running["serve"].wait_until(
                lambda: answers(f"{self.address}/health/ready"), "answer"
            )

    def kill(self, name: str) -> None:
        """Kill -9 a program with all its processes, or PostgreSQL; and start it again."""
        if name == "postgres":
            assert self.postgres.pid is not None
            server = psutil.Process(self.postgres.pid)
            server.suspend()  # so that it starts nobody anew meanwhile
            _kill([*server.children(recursive=True), server])
            psutil.wait_procs([server], timeout=DEATH_SECONDS_MAX)
            self.postgres.start()
        else:
            dead = self.running[name]
            _kill([*dead.children(), psutil.Process(dead.process.pid)])
            dead.process.wait(DEATH_SECONDS_MAX)
            self.start(name)
        for each, running in list(self.running.items()):
            if running.process.poll() is not None:
                self.start(each)

    async def misbehave(self, channel: str, faults: Sequence[dict[str, Any]]) -> None:
        """Let a channel do this wrong from now on, and nothing else."""
        address = f"{self.sandbox}/sandbox/channels/{channel}/faults"
        async with httpx2.AsyncClient(trust_env=False) as client:
            (await client.put(address, json=list(faults))).raise_for_status()

    def truth(self, channel: str) -> dict[str, Any]:
        """Return what a channel has really done."""
        answer = httpx2.get(f"{self.sandbox}/sandbox/channels/{channel}/payments", trust_env=False)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        bounds = "-c statement_timeout=60s"
        with psycopg.connect(self.urls.owner, connect_timeout=10, options=bounds) as connection:
            found = connection.execute(query.encode())
            return found.fetchall() if found.description else []

    def verified(self) -> Any:
        """Run `tongbao verify` as a person would."""
        ended = subprocess.run(
            [sys.executable, "-m", "tongbao", "verify", "--json"],
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
            env={**self.environment, "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    async def settle_down(self, citizens: int) -> None:
        """Make customers with money, who have confirmed whom they pay, and log them in."""
        database = Database.connect(self.urls.app, pool_size=1)
        try:
            async with database.write() as tx:
                self.citizens = [await _citizen(tx, number) for number in range(citizens)]
        finally:
            await database.close()
        async with self.http() as http:
            for each in self.citizens:
                each.headers = await self.log_in(http, each.login)

    async def log_in(self, http: httpx2.AsyncClient, login: str) -> dict[str, str]:
        form = {"username": login, "password": PASSWORD}
        answer = await http.post("/identity/tokens", data=form)
        return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    async def begin_calmly(self, pay_now: Callable[[], Awaitable[None]]) -> None:
        """Have everybody pay somebody at another bank, and pay in from each wallet.

        Nothing is wrong meanwhile; `pay_now` has it paid at the wallets.
        """
        async with self.http() as http:
            for each in self.citizens:
                body = transfer(each, {"amount": "12.50", "currency": "CNY"})
                answer = await self.ask(http, each, "/payments/credit-transfers", body)
                assert answer.status_code == 201, answer.text
                for wallet in WALLETS:
                    body = wallet_top_up(each, wallet, {"amount": "7.25", "currency": "CNY"})
                    answer = await self.ask(http, each, "/payments/wallet-top-ups", body)
                    assert answer.status_code == 201, answer.text
        await self.until(SHOWN, len(self.citizens) * len(WALLETS))
        await pay_now()
        await self.until(UNDER_WAY, 0)
        self.calm = {each["reference"] for each in self.truth("bank")["payments"]}

    async def verify_cards(self) -> None:
        """Link everybody's card and tell the small amount that came to it."""
        async with self.http() as http:
            for number, each in enumerate(self.citizens):
                body = {"party_id": str(each.party_id), "number": _card(number)}
                linked = await http.post("/payments/cards", json=body, headers=each.headers)
                assert linked.is_success, linked.text
                each.card_id = UUID(linked.json()["id"])
            await self.until(UNDER_WAY, 0)
            paid = dict(
                self.rows(
                    "SELECT card_id, amount_minor FROM payments_order WHERE kind = 'verification'"
                )
            )
            for each in self.citizens:
                assert each.card_id is not None
                amount = {"amount": f"0.{paid[each.card_id]:02}", "currency": "CNY"}
                path = f"/payments/cards/{each.card_id}/verification"
                told = await http.post(path, json={"amount": amount}, headers=each.headers)
                assert told.json()["status"] == "verified", told.text
        database = Database.connect(self.urls.app, pool_size=1)
        try:
            async with database.write() as tx:
                for each in self.citizens:
                    await payments.confirm_payee(
                        tx,
                        party_id=each.party_id,
                        account_number=f"card/{each.card_id}",
                        confirmed_by=new_id(),
                        at=now(),
                    )
        finally:
            await database.close()

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=f"{self.address}/api/v1", timeout=10, trust_env=False)

    async def until(self, query: str, wanted: int, *, seconds: float = 240) -> None:
        """Wait until a count is what it should be."""
        assert await self.comes(query, wanted, seconds=seconds), f"{query}: never {wanted}"

    async def comes(self, query: str, wanted: int, *, seconds: float) -> bool:
        """Tell whether a count becomes what it should be in that time."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            with suppress(psycopg.OperationalError):
                if await asyncio.to_thread(self.rows, query) == [(wanted,)]:
                    return True
            await asyncio.sleep(0.2)
        return False

    async def heard(self, *, seconds: float = 60) -> None:
        """Wait until no channel has anything more to tell."""
        give_up_at = time.monotonic() + seconds
        while any(self.truth(channel)["telling"] for channel in CHANNELS):
            assert time.monotonic() < give_up_at, "a channel talks for ever"
            await asyncio.sleep(0.2)

    async def let_time_pass(self) -> None:
        """Take up at once a dead worker's jobs, and those to be tried again: it takes minutes."""
        self.running["worker"].end(signal.SIGTERM)  # what is still begun is a dead one's
        database = Database.connect(self.urls.app, pool_size=1)
        try:
            with patch.object(work, "STALLED_SECONDS", 0.0):
                await work.retry_stalled(database)
        finally:
            await database.close()
        self.rows(f"UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE {RECEIVING}")
        self.start("worker")

    async def answered(self, *, seconds: float = 240) -> None:
        """Wait until every bank has answered what it was asked back, without the pauses between."""
        give_up_at = time.monotonic() + seconds
        while not await self.comes(ASKED_BACK, 0, seconds=2):
            assert time.monotonic() < give_up_at, "a recall without end"
            self.rows("UPDATE payments_recall SET due_at = now() WHERE due_at IS NOT NULL")

    async def ask(self, http: httpx2.AsyncClient, citizen: Citizen, path: str, body: Any) -> Any:
        """Ask for a payment until somebody answers, under one key; return what was answered."""
        headers = {**citizen.headers, "Idempotency-Key": str(new_id())}
        for _ in range(600):
            with suppress(httpx2.HTTPError):
                answer = await http.post(path, json=body, headers=headers)
                if answer.status_code not in {409, 429, 500, 502, 503}:
                    return answer
                if answer.status_code == 409 and answer.json()["code"].startswith("payments."):
                    return answer
            await asyncio.sleep(0.1)
        msg = f"nobody answers {path}"
        raise AssertionError(msg)


def transfer(citizen: Citizen, amount: dict[str, str]) -> dict[str, Any]:
    """Return a payment to another bank."""
    return {
        "debtor_account_id": str(citizen.account_id),
        "creditor_account_number": THERE,
        "creditor_name": "北方钢铁",
        "creditor_bank_code": BANK,
        "amount": amount,
    }


def wallet_top_up(citizen: Citizen, wallet: str | None, amount: dict[str, str]) -> dict[str, Any]:
    """Return money that is paid at a wallet, or at whichever one is best."""
    return {"wallet": wallet, "creditor_account_id": str(citizen.account_id), "amount": amount}


async def _citizen(tx: WriteSession, number: int) -> Citizen:
    at, name = now(), f"市民{number}"
    party = await parties.register_person(tx, name=name, at=at)
    await parties.set_level(
        tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=at
    )
    account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=at)
    await payments.confirm_payee(
        tx,
        party_id=party.id,
        account_number=f"{BANK}/{THERE}",
        confirmed_by=new_id(),
        at=at - timedelta(days=30),
    )
    cash = await ledger.internal_account(
        tx,
        code="test.chaos.cash",
        asset="CNY",
        category=ledger.Category.ASSET,
        name="现金",
        at=at,
    )
    funds = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type="test.deposit",
        postings=(
            ledger.NewPosting(
                debit=cash.id,
                credit=account.ledger_account_id,
                amount=Money(FUNDS_MINOR, "CNY"),
            ),
        ),
    )
    (result,) = await ledger.post(tx, [funds], at=at)
    result.raise_for_refusal()
    login = f"citizen-{number}"
    await identity.create_user(
        tx,
        login=login,
        password=PASSWORD,
        name=name,
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[party.id],
        at=at,
    )
    return Citizen(login, account.id, account.number, name, party.id, account.ledger_account_id)


def _card(number: int) -> str:
    begin = f"62220277{number:010d}"
    return next(f"{begin}{last}" for last in range(10) if is_card(f"{begin}{last}"))


def _kill(family: Sequence[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
