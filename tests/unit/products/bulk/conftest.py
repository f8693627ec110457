"""A firm that pays, employees who are paid, and the routes of files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from tests.support.pain001 import Payment, message
from tests.support.step_up import confirmed
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import StepUpRequired
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.bulk import service
from tongbao.products.bulk.service import FileFormat, FileKind, Mode

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Employee:
    """Somebody with an account here."""

    name: str
    account: accounts.DepositAccount

    def line(self, amount: str, reference: str = "") -> str:
        return f"{self.account.number},{self.name},{amount},工资,{reference}\n"

    def payment(self, amount: str, end_to_end_id: str = "NOTPROVIDED") -> Payment:
        return Payment(self.account.number, self.name, amount, end_to_end_id)


@dataclass(frozen=True)
class Firm:
    """Who pays: its user is a real one, for the worker looks them up."""

    database: Database
    account: accounts.DepositAccount
    actor: Actor

    async def hand_in(
        self, content: bytes, *, mode: Mode = Mode.PARTIAL, message_id: str | None = None
    ) -> service.PaymentFile:
        """Hand in a file in its own transaction; its first byte says of which format it is."""
        is_xml = content.lstrip()[:1] == b"<"
        wish = service.Wish(
            account_id=self.account.id,
            kind=FileKind.PAYROLL,
            mode=mode,
            format=FileFormat.PAIN001 if is_xml else FileFormat.CSV,
            name="工资",
            message_id=message_id,
        )
        async with self.database.write() as tx:
            return await service.receive(tx, BytesIO(content), wish, received_by=self.actor, at=AT)

    def csv(self, *lines: str) -> bytes:
        return ("账号,户名,金额,附言,业务参考号\n" + "".join(lines)).encode()

    def pain(self, *payments: Payment, **said: object) -> bytes:
        return message(self.account.number, payments, **said)  # type: ignore[arg-type]

    async def begin(self, file: service.PaymentFile) -> None:
        """Say, confirmed, that the file is to be paid."""
        with pytest.raises(StepUpRequired) as asked:
            async with self.database.write() as tx:
                await self._execute(tx, file, None)
        action = cast("dict[str, Any]", asked.value.facts["action"])
        token = await confirmed(self.database, self.actor, action)
        async with self.database.write() as tx:
            await self._execute(tx, file, token)

    async def _execute(
        self, tx: WriteSession, file: service.PaymentFile, token: str | None
    ) -> object:
        return await service.execute(
            tx, file_id=file.id, initiated_by=self.actor, step_up_token=token, at=AT
        )

    async def paid(self, file: service.PaymentFile) -> service.PaymentFile:
        """Pay the file as the worker does."""
        await self.begin(file)
        await service.pay(self.database, file_id=file.id, clock=lambda: AT)
        return await self.seen(file)

    async def seen(self, file: service.PaymentFile) -> service.PaymentFile:
        async with self.database.read() as tx:
            return await service.get(tx, file.id, seen_by=self.actor)

    async def refused(self, file: service.PaymentFile) -> dict[int, tuple[str, str]]:
        """Return state and code of the lines that are not good, by number."""
        async with self.database.read() as tx:
            page = await service.lines(tx, await self.seen(file), only_refused=True, limit=200)
        return {line.number: (line.state.value, line.why.code) for line in page.items if line.why}

    async def balance(self, *employees: Employee) -> list[str]:
        ids = [each.account.id for each in employees] or [self.account.id]
        async with self.database.read() as tx:
            return [(await accounts.balance(tx, each)).booked.text for each in ids]

    async def events(self, file: service.PaymentFile) -> list[str]:
        async with self.database.read() as tx:
            rows = await tx.execute(
                text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq"),
                {"id": str(file.id)},
            )
            return [row.type for row in rows]


async def _open(tx: WriteSession, name: str, money: str | None) -> accounts.DepositAccount:
    party = await parties.register_person(tx, name=name, at=AT)
    await parties.set_level(
        tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=AT)
    if money is not None:
        cash = await ledger.internal_account(
            tx,
            code="test.bulk.cash",
            asset="CNY",
            category=ledger.Category.ASSET,
            name="现金",
            at=AT,
        )
        posting = ledger.NewPosting(cash.id, account.ledger_account_id, Money.parse(money, "CNY"))
        funding = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()), type="test.deposit", postings=(posting,)
        )
        (result,) = await ledger.post(tx, [funding], at=AT)
        result.raise_for_refusal()
    return account


async def _user(tx: WriteSession, party_id: UUID) -> Actor:
    user_id = new_id()
    await tx.execute(
        insert(UserRow).values(
            id=user_id,
            login=f"user-{user_id.hex}",
            name="出纳",
            kind="customer",
            roles=["customer"],
            password_hash="-",
            created_at=AT,
        )
    )
    await identity.add_member(
        tx,
        user_id=user_id,
        party_id=party_id,
        role=identity.MemberRole.HOLDER,
        bands={},
        added_by=user_id,
        at=AT,
    )
    actor = await identity.find_actor(tx, user_id, AT)
    assert actor is not None
    return actor


@pytest.fixture
async def firm(database: Database) -> Firm:
    async with database.write() as tx:
        account = await _open(tx, "甲", "10000.00")
        return Firm(database, account, await _user(tx, account.party_id))


@pytest.fixture
async def employees(database: Database) -> list[Employee]:
    async with database.write() as tx:
        return [Employee(name, await _open(tx, name, None)) for name in ("王小明", "李华", "张伟")]
