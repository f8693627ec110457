"""Deposit accounts with money on them, and what is ordered over them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import Authority, Order, Stop
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
STAFF, OTHER = new_id(), new_id()
DAY = timedelta(days=1)


def cny(text: str) -> Money:
    """Return an amount in yuan."""
    return Money.parse(text, "CNY")


async def cash(tx: WriteSession, currency: str = "CNY") -> ledger.AccountId:
    """Return where money comes from and goes to."""
    account = await ledger.internal_account(
        tx,
        code=f"test.restrained.{currency}",
        asset=currency,
        category=ledger.Category.ASSET,
        name="现金",
        at=AT,
    )
    return account.id


async def new_account(
    tx: WriteSession, money: str | None = None, *, currency: str = "CNY"
) -> accounts.DepositAccount:
    """Open an account for somebody new who is known in full."""
    party = await parties.register_person(tx, name="张伟", at=AT)
    await parties.set_level(
        tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party.id, currency=currency, at=AT)
    if money is not None:
        assert (await move(tx, account, money)).status == "posted"
    return account


async def move(
    tx: WriteSession,
    account: accounts.DepositAccount,
    amount: str | Money,
    *,
    out: bool = False,
    at: datetime = AT,
    kind: ledger.TransactionKind = ledger.TransactionKind.POSTED,
    type_: str = "test.transfer",
) -> ledger.PostingResult:
    """Book money into an account, or out of it, as the ledger lets it."""
    money = amount if isinstance(amount, Money) else Money.parse(amount, account.currency)
    till, own = await cash(tx, account.currency), account.ledger_account_id
    posting = ledger.NewPosting(
        debit=own if out else till, credit=till if out else own, amount=money
    )
    new = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()), type=type_, postings=(posting,), kind=kind
    )
    (result,) = await ledger.post(tx, [new], at=at)
    return result


async def restrain(
    tx: WriteSession,
    account: accounts.DepositAccount,
    stop: Stop = Stop.AMOUNT,
    amount: Money | str | None = None,
    *,
    authority: Authority = Authority.COURT,
    lasts: timedelta | None = 30 * DAY,
    begins: timedelta = timedelta(),
    at: datetime = AT,
    told: bool = True,
) -> accounts.Restraint:
    """Place a restraint as two members of staff would."""
    order = Order(
        stop=stop,
        authority=authority,
        ordered_by="杭州市西湖区人民法院",
        document_number="(2025)浙0106执1234号",
        reason="执行案件",
        from_at=at + begins,
        until_at=None if lasts is None else at + begins + lasts,
        amount=cny(amount) if isinstance(amount, str) else amount,
        told=told,
    )
    return await accounts.place(
        tx, account_id=account.id, order=order, placed_by=STAFF, approved_by=OTHER, at=at
    )


def deduction(
    account: accounts.DepositAccount, restraint_id: UUID, amount: str | Money, to: str
) -> accounts.Deduction:
    """Return what is to be deducted."""
    return accounts.Deduction(
        account_id=account.id,
        restraint_id=restraint_id,
        amount=amount if isinstance(amount, Money) else cny(amount),
        to_number=to,
        document_number="(2025)浙0106执1234号之一",
        reason="执行扣划",
        deducted_by=STAFF,
        approved_by=OTHER,
    )
