"""A channel of one's own: payments booked in transit, statements, days reconciled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.service import Break, BreakKind, NewLine, NewStatement, Side
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.lib.iso20022 import camt053

DAY = date(2025, 11, 20)
AT = now()


def later(days: int) -> date:
    return DAY + timedelta(days=days)


@dataclass
class Channel:
    """Books payments of a channel of its own name, as the bank's other modules do."""

    database: Database
    currency: str = "CNY"
    name: str = field(default_factory=lambda: f"c{new_id().hex}")
    books: reconciliation.Books = field(init=False)
    customer: ledger.AccountId = field(init=False)

    async def begin(self) -> "Channel":
        async with self.database.write() as tx:
            self.books = await reconciliation.books_of(
                tx, channel=self.name, currency=self.currency, at=AT
            )
            account = await ledger.open_account(
                tx,
                asset=self.currency,
                category=ledger.Category.LIABILITY,
                at=AT,
                overdraft=10**12,
            )
        self.customer = account.id
        return self

    async def book(self, payments: dict[str, int], *, on: date = DAY, kind: str = "posted") -> None:
        """Book payments by reference: positive came in over the channel, negative went out."""
        await self.post(
            [self.payment(name, minor, on=on, kind=kind) for name, minor in payments.items()]
        )

    async def post(
        self, transactions: Sequence[ledger.NewTransaction], *, at: datetime = AT
    ) -> None:
        async with self.database.write() as tx:
            for result in await ledger.post(tx, transactions, at=at):
                result.raise_for_refusal()

    def payment(
        self,
        reference: str,
        minor: int,
        *,
        on: date = DAY,
        kind: str = "posted",
        into: ledger.AccountId | None = None,
    ) -> ledger.NewTransaction:
        mine, other = into or self.books.in_transit, self.customer
        debit, credit = (mine, other) if minor > 0 else (other, mine)
        amount = Money(abs(minor), self.currency)
        return ledger.NewTransaction(
            id=ledger.TransactionId(new_id()),
            type="payments.channel",
            kind=ledger.TransactionKind(kind),
            postings=(ledger.NewPosting(debit=debit, credit=credit, amount=amount),),
            effective_on=on,
            metadata={"channel": self.name, "reference": reference},
        )

    async def state(
        self,
        lines: Sequence[NewLine],
        *,
        on: date = DAY,
        side: Side = Side.CHANNEL,
        settles_on: date | None = None,
        corrects: bool = False,
    ) -> reconciliation.Statement:
        new = NewStatement(
            channel=self.name,
            side=side,
            day=on,
            currency=self.currency,
            lines=lines,
            settles_on=settles_on,
            settlement=None if settles_on is None else self.settlement(on),
        )
        async with self.database.write() as tx:
            return await reconciliation.take_statement(tx, new, corrects=corrects, at=AT)

    def settlement(self, on: date) -> str:
        return f"{self.name[:20]}-{on:%Y%m%d}"

    async def run(self, on: date = DAY) -> reconciliation.Day:
        async with self.database.write() as tx:
            return await reconciliation.reconcile(tx, channel=self.name, day=on, at=AT)

    async def cases(self, *, is_open: bool | None = True) -> list[Break]:
        async with self.database.read() as tx:
            page = await reconciliation.cases(tx, channel=self.name, is_open=is_open, limit=200)
        return page.items

    async def kinds(self) -> dict[str, BreakKind]:
        return {each.reference: each.kind for each in await self.cases()}

    async def balances(self) -> dict[str, int]:
        """What is on the channel's accounts, and is not zero."""
        async with self.database.read() as tx:
            found = {
                name: (await ledger.balance(tx, getattr(self.books, name))).posted
                for name in ("in_transit", "suspense", "fees", "nostro")
            }
        return {name: minor for name, minor in found.items() if minor}

    async def resolve(self, cases: Sequence[Break], **to: int) -> reconciliation.Resolution:
        """Close cases; `customer=5` gives the customer five."""
        accounts = {"customer": self.customer, "fees": self.books.fees}
        async with self.database.write() as tx:
            return await reconciliation.resolve(
                tx,
                break_ids=[each.id for each in cases],
                adjustments=[
                    reconciliation.Adjustment(str(accounts[name]), Money(minor, self.currency))
                    for name, minor in to.items()
                ],
                reason="查明",
                by=new_id(),
                at=AT,
            )


def line(reference: str, amount: int, fee: int = 0, theirs: str = "") -> NewLine:
    return NewLine(reference, amount, fee, theirs)


def bank_statement(moved: dict[str, int], *, on: date, currency: str = "CNY") -> bytes:
    """The camt.053 of our account at another bank: what moved on it, by our reference."""
    moment = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    into = [minor for minor in moved.values() if minor > 0]
    out = [-minor for minor in moved.values() if minor < 0]
    page = camt053.Page(
        message_id=f"M-{on:%Y%m%d}",
        statement_id=f"S-{on:%Y%m%d}",
        created_at=moment,
        number=1,
        last=True,
        from_at=moment,
        to_at=moment,
        account="NOSTRO-1",
        currency=currency,
        owner="通宝银行",
        servicer="清算银行",
        issuer="CLEARING",
        balances=[
            camt053.Balance("OPBD", Money(10**9, currency), on),
            camt053.Balance("CLBD", Money(10**9 + sum(moved.values()), currency), on),
        ],
        totals=camt053.Totals(
            Money(sum(into), currency), len(into), Money(sum(out), currency), len(out)
        ),
        entries=[
            camt053.Entry(
                reference=reference,
                amount=Money(minor, currency),
                credit=minor > 0,
                reversal=False,
                booked_at=moment,
                value_on=on,
                code=camt053.Code("PMNT", "RCDT" if minor > 0 else "ICDT", "DMCT", "clearing"),
                counterparty=None,
                remittance=None,
                words="",
            )
            for reference, minor in moved.items()
        ],
    )
    return camt053.document(page)
