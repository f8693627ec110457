"""Billers in memory over the sandbox's own book, and people who owe them something."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tests.support.memory_channel import Clock
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.bills import service
from tongbao.products.bills.domain.answers import (
    Answer,
    BillersUnavailable,
    Found,
    OpenBill,
    Told,
    UnknownCustomer,
)
from tongbao.products.bills.domain.billers import BillCategory, Biller
from tongbao.products.bills.models import BillRow, QueryRow
from tongbao.products.bills.service.asking import note_query
from tongbao.products.bills.service.driving import step
from tongbao_sandbox import billers as sandbox
from tongbao_sandbox import problems
from tongbao_sandbox.uscc import registration_number

NUMBER = "3301000018"


def cny(text: str) -> Money:
    """Return an amount in yuan."""
    return Money.parse(text, "CNY")


DUE = date(2025, 11, 25)


def new_biller(**facts: object) -> Biller:
    """Return a biller that no other test knows."""
    return Biller(
        **{
            "code": f"b-{new_id().hex[-12:]}",
            "category": BillCategory.ELECTRICITY,
            "name": Text(zh="某供电公司", en="Some Power"),
            "number_label": Text(zh="户号", en="Account number"),
            "number_digits": 10,
            "region": "330100",
            "region_name": Text(zh="杭州市", en="Hangzhou"),
            **facts,
        }  # type: ignore[arg-type]
    )


@dataclass
class MemoryBillers:
    """The way to billers without a network: the sandbox's book, and misbehaviour by plan.

    Plans of a telling: `taken`, `taken_silently`, `dropped`, `not_sent`; of none: `taken`.
    """

    biller: Biller = field(default_factory=new_biller)
    book: sandbox.Ledger = field(default_factory=sandbox.Ledger)
    plans: deque[str] = field(default_factory=deque)
    deaf: bool = False
    tellings: list[UUID] = field(default_factory=list)
    open: list[OpenBill] = field(default_factory=list)
    asked: int = 0

    def owe(self, amount: str, period: str = "2025-11", due: date = DUE) -> OpenBill:
        """Have the customer owe something more."""
        reference = new_id().hex[-24:]
        bill = sandbox.Bill(reference=reference, period=period, amount=amount, due_on=due)
        self.book.add(self.biller.code, NUMBER, bill)
        owed = OpenBill(reference, period, cny(amount), due)
        self.open.append(owed)
        return owed

    def pay_elsewhere(self, reference: str) -> bool:
        """Let somebody pay a bill in another way; False where it is paid already."""
        (bill,) = [each for each in self.open if each.reference == reference]
        try:
            self.book.pay(new_id(), reference, bill.amount.text)
        except problems.Refused:
            return False
        return True

    def taken(self) -> dict[UUID, str]:
        """Return the payments the biller took: id and the bill."""
        return {each.payment_id: each.bill_reference for each in self.book.payments()}

    async def billers(self) -> list[Biller]:
        if self.deaf:
            raise BillersUnavailable
        return [self.biller]

    async def bills(self, biller: str, number: str) -> Found:
        self.asked += 1
        if self.deaf:
            raise BillersUnavailable
        if number != NUMBER:
            raise UnknownCustomer
        assert biller == self.biller.code
        paid = set(self.taken().values())
        return Found("李*明", tuple(each for each in self.open if each.reference not in paid))

    async def tell(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        plan = self.plans.popleft() if self.plans else "taken"
        if plan == "not_sent":
            return Answer(Told.NOT_SENT)
        self.tellings.append(payment_id)
        if plan == "dropped":
            return Answer(Told.UNKNOWN)
        try:
            made = self.book.pay(payment_id, reference, amount.text)
        except problems.Refused as refused:
            silent = plan == "taken_silently"
            code = refused.problem.code
            return Answer(Told.UNKNOWN) if silent else Answer(Told.REFUSED, code=code)
        if plan == "taken_silently":
            return Answer(Told.UNKNOWN)
        return Answer(Told.TAKEN, receipt_number=made.receipt_number)

    async def inquire(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        if self.deaf:
            return Answer(Told.UNKNOWN)
        made = self.book.payment(payment_id)
        if made is None:
            return Answer(Told.NEVER_CAME)
        assert (made.bill_reference, made.amount) == (reference, amount.text)
        return Answer(Told.TAKEN, receipt_number=made.receipt_number)


@contextmanager
def connected(gateway: MemoryBillers) -> Iterator[None]:
    """Have this process talk to these billers, and to none afterwards."""
    service.configure(service.Configuration(gateway=gateway))
    try:
        yield
    finally:
        service.configure(service.Configuration())


@dataclass
class Household:
    """Somebody with money who owes a biller of theirs."""

    holder: Holder
    gateway: MemoryBillers
    biller_account: accounts.DepositAccount
    clock: Clock

    @property
    def party_id(self) -> UUID:
        """Return whose household it is."""
        return self.holder.account.party_id

    async def told(self, tx: WriteSession, owed: OpenBill) -> UUID:
        """Have a bill be one the biller told; return its id."""
        query = await note_query(
            tx,
            party_id=self.party_id,
            biller=self.gateway.biller.code,
            number=NUMBER,
            asked_by=self.holder.actor.id,
            at=self.clock(),
        )
        row = await tx.get_one(QueryRow, query.id)
        row.state, row.answered_at = "answered", self.clock()
        bill = BillRow(
            id=new_id(),
            query_id=query.id,
            party_id=self.party_id,
            biller=self.gateway.biller.code,
            reference=owed.reference,
            period=owed.period,
            amount_minor=owed.amount.minor,
            currency=owed.amount.currency,
            due_on=owed.due_on,
            told_at=self.clock(),
        )
        tx.add(bill)
        await tx.flush()
        return bill.id

    async def pay(self, database: Database, owed: OpenBill) -> service.BillPayment:
        """Pay a bill."""
        async with database.write() as tx:
            paying = await service.pay(
                tx,
                bill_id=await self.told(tx, owed),
                debtor_account_id=self.holder.account.id,
                initiated_by=self.holder.actor,
                at=self.clock(),
            )
        assert paying.bill is not None, paying.transfer.refusal
        return paying.bill

    async def step(self, database: Database, paid: UUID) -> None:
        """Take a paid bill one step further."""
        await step(database, self.gateway, paid, clock=self.clock)

    async def state(self, database: Database, paid: UUID) -> service.BillPayment:
        """Return a paid bill as it stands."""
        async with database.read() as tx:
            return await service.get(tx, paid, visible_to=None)

    async def money(self, database: Database) -> tuple[Money, Money]:
        """Return what the household has, and the biller."""
        async with database.read() as tx:
            return await booked(tx, self.holder.account), await booked(tx, self.biller_account)


async def booked(tx: ReadSession, account: accounts.DepositAccount) -> Money:
    """Return what is booked on an account."""
    return (await accounts.balance(tx, account.id)).booked


async def new_company(tx: WriteSession, name: str = "某供电公司") -> accounts.DepositAccount:
    """Register an organisation with an account."""
    number = registration_number(f"bills/{new_id()}")
    party = await parties.register_organisation(tx, name=name, registration_number=number, at=AT)
    await parties.set_level(
        tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    return await accounts.open_account(tx, party_id=party.id, currency="CNY", at=AT)


async def new_household(
    database: Database, money: str = "1000.00", gateway: MemoryBillers | None = None
) -> Household:
    """Make a household whose biller is engaged and confirmed as a payee."""
    gateway = gateway or MemoryBillers()
    clock = Clock(AT)
    async with database.write() as tx:
        holder = await new_holder(tx, "住户", money=money)
        account = await new_company(tx)
        await service.take_over(tx, [gateway.biller], at=AT)
        await service.engage(
            tx,
            code=gateway.biller.code,
            account_number=account.number,
            engaged_by=new_id(),
            at=AT,
        )
        await payments.confirm_payee(
            tx,
            party_id=holder.account.party_id,
            account_number=account.number,
            confirmed_by=holder.actor.id,
            at=AT,
        )
    return Household(holder, gateway, account, clock)
