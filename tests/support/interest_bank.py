"""A small bank that lives day by day, and the same bank reckoned by `lib.interest`.

What the model knows of an account: every movement with its effective date and the business date on
which it was booked. What a day earned follows from the balance at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import text

from tongbao.app import eod
from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import runs
from tongbao.infra.db import Database
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.decimals import Rounding
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.lib.interest.accrual import Tariff, Tiers, day_pieces, payable
from tongbao.lib.interest.days import DayCount

STAFF = UUID("0197c0de-0000-7000-8000-00000000000f")


def at_noon(day: date) -> datetime:
    """Noon of a business date."""
    return datetime.combine(day, time(12), BANK_ZONE).astimezone(UTC)


@dataclass
class Holder:
    """An account and what moved on it: (effective date, minor units, credit above zero)."""

    account: accounts.DepositAccount
    movements: list[tuple[date, int]] = field(default_factory=list)
    paid: int = 0

    def day_end(self, day: date) -> int:
        """Return the balance at the end of a day, by effective date."""
        return sum(minor for on, minor in self.movements if on <= day)


class Bank:
    """Books, ends days, and says what each account should have earned."""

    def __init__(self, database: Database, *, first: date) -> None:
        self.database = database
        self.today = first
        self.first = first
        self.holders: list[Holder] = []
        self._moments = count()

    @property
    def at(self) -> datetime:
        """A moment of today, later than the one before."""
        return at_noon(self.today) + timedelta(microseconds=next(self._moments))

    async def set_rate(
        self,
        tiers: Tiers,
        *,
        currency: str = "CNY",
        valid_from: date | None = None,
        day_count: DayCount = DayCount.ACT_360,
    ) -> None:
        """Set rates from today on, or from a later day."""
        async with self.database.write() as tx:
            await accounts.set_rate(
                tx,
                product=accounts.Product.CURRENT,
                currency=currency,
                tiers=tiers,
                valid_from=valid_from or self.today,
                set_by=STAFF,
                at=self.at,
                day_count=day_count,
            )

    async def open(self, currency: str = "CNY", *, name: str = "张伟") -> Holder:
        """Open an account for a new person."""
        async with self.database.write() as tx:
            party = await parties.register_person(tx, name=name, at=self.at)
            account = await accounts.open_account(
                tx, party_id=party.id, currency=currency, at=self.at
            )
        self.holders.append(Holder(account))
        return self.holders[-1]

    async def move(self, holder: Holder, minor: int, *, on: date | None = None) -> None:
        """Pay in, or out where below zero, with an effective date of today or before."""
        currency = holder.account.currency
        async with self.database.write() as tx:
            cash = await ledger.internal_account(
                tx,
                code=f"test.cash.{currency}",
                asset=currency,
                category=ledger.Category.ASSET,
                name="现金",
                at=self.at,
            )
            debit, credit = cash.id, holder.account.ledger_account_id
            if minor < 0:
                debit, credit = credit, debit
            new = ledger.NewTransaction(
                id=ledger.TransactionId(new_id()),
                type="test.cash",
                postings=(ledger.NewPosting(debit, credit, Money(abs(minor), currency)),),
                effective_on=on,
            )
            (result,) = await ledger.post(tx, [new], at=self.at)
            result.raise_for_refusal()
        holder.movements.append((on or self.today, minor))

    async def close_day(self, steps: Sequence[runs.Step] = eod.STEPS) -> None:
        """End today, and note what was credited with tomorrow's value date."""
        ended, self.today = self.today, self.today + timedelta(days=1)
        eod.begin_with(self.first)
        await eod.end_days(self.database, clock=lambda: self.at, steps=steps)
        await self.note_credits(ended)

    async def note_credits(self, ended: date) -> None:
        """Note what the end of a day credited, with the value date of the day after."""
        credited = await self._by_account(_CREDITED)
        for holder in self.holders:
            paid = credited.get(holder.account.ledger_account_id, 0)
            if paid > holder.paid:
                holder.movements.append((ended + timedelta(days=1), paid - holder.paid))
                holder.paid = paid

    async def settle(self, holder: Holder) -> Money:
        """Settle an account with today's value date."""
        async with self.database.write() as tx:
            return await accounts.settle(tx, holder.account, on=self.today, at=self.at)

    async def accrued(self, holder: Holder) -> int:
        """Return the pieces an account has on its row."""
        async with self.database.read() as tx:
            return (await accounts.accrued(tx, holder.account))[0]

    async def all_accrued(self) -> list[int]:
        """Return the same of every holder."""
        found = await self._by_account(_ACCRUED)
        return [found.get(holder.account.ledger_account_id, 0) for holder in self.holders]

    async def _by_account(self, statement: str) -> dict[UUID, int]:
        async with self.database.read() as tx:
            return {uid: int(value) for uid, value in await tx.execute(text(statement))}

    async def rates(self) -> dict[str, list[accounts.RateVersion]]:
        """Return the versions of rates by currency."""
        found: dict[str, list[accounts.RateVersion]] = {}
        async with self.database.read() as tx:
            for each in await accounts.rate_versions(tx):
                found.setdefault(each.currency, []).append(each)
        return found

    async def earned(self, holder: Holder) -> int:
        """Return the pieces `lib.interest` has for the days since the first, before today."""
        return self.earned_by(holder, await self.rates())

    def earned_by(self, holder: Holder, rates: dict[str, list[accounts.RateVersion]]) -> int:
        """Return the same, by rates that were looked up."""
        versions = rates.get(holder.account.currency, [])
        pieces, day = 0, self.first
        while day < self.today:
            holding = [each for each in versions if each.valid_from <= day]
            if holding:
                convention = holding[-1].day_count
                tariff = Tariff(tuple((each.valid_from, each.tiers) for each in versions))
                pieces += day_pieces(
                    holder.day_end(day), on=day, tiers=tariff.on(day), convention=convention
                )
            day += timedelta(days=1)
        return pieces

    async def payable(self, currency: str) -> int:
        """Return what the ledger shows as interest payable."""
        async with self.database.read() as tx:
            found = await tx.scalar(
                text("SELECT uid FROM ledger_account WHERE code = :code"),
                {"code": f"2231.{currency}"},
            )
            if found is None:
                return 0
            return (await ledger.balance(tx, ledger.AccountId(found))).posted

    async def books(self) -> dict[str, object]:
        """Return all there is to know of interest: what is accrued, booked and credited."""
        async with self.database.read() as tx:
            found: dict[str, object] = {}
            for name, statement in _BOOKS.items():
                found[name] = [tuple(row) for row in await tx.execute(text(statement))]
            return found

    async def sum_accrued(self, currency: str) -> int:
        """Return the pieces of all accounts of a currency, as their rows have them."""
        async with self.database.read() as tx:
            found = await tx.execute(
                text("""
                    SELECT coalesce(sum(i.accrued), 0)
                      FROM accounts_interest i JOIN accounts_account b ON b.id = i.account_id
                     WHERE b.currency = :currency
                """),
                {"currency": currency},
            )
            return int(found.scalar_one())


_CREDITED = """
    SELECT a.uid, sum(p.amount)
      FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
      JOIN ledger_account a ON a.id = p.credit_account_id
     WHERE t.type IN ('accounts.interest', 'accounts.interest_settled') GROUP BY a.uid
"""
_ACCRUED = """
    SELECT b.ledger_account_id, i.accrued
      FROM accounts_interest i JOIN accounts_account b ON b.id = i.account_id
"""
_BOOKS = {
    "accrued": """
        SELECT b.number, i.through, i.accrued, i.last_pieces, i.due, i.settled_on
          FROM accounts_interest i JOIN accounts_account b ON b.id = i.account_id ORDER BY b.number
    """,
    "totals": "SELECT currency, accrued, payable FROM accounts_interest_total ORDER BY currency",
    "booked": """
        SELECT t.type, t.effective_on, coalesce(d.code, d.name), coalesce(c.code, c.name), p.amount
          FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
          JOIN ledger_account d ON d.id = p.debit_account_id
          JOIN ledger_account c ON c.id = p.credit_account_id
         ORDER BY 1, 2, 3, 4, 5
    """,
    "runs": """
        SELECT r.day, r.status, s.position, s.name, s.status, s.cursor, s.items, s.pieces
          FROM runs_run r JOIN runs_step s ON s.run_id = r.id ORDER BY 1, 3
    """,
    "cut_off": "SELECT day FROM ledger_cut_off ORDER BY day",
}


def rounded(pieces: int) -> int:
    """Return pieces as minor units, rounded half up."""
    return payable(pieces, rounding=Rounding.HALF_UP)[0]
