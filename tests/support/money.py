"""Money for tests: paid in over the counter, so to speak."""

from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


async def pay_in(database: Database, account_id: str, amount: str, currency: str = "CNY") -> None:
    """Put cash into a deposit account."""
    async with database.write() as tx:
        account = await accounts.get(tx, UUID(account_id))
        cash = await ledger.internal_account(
            tx,
            code="1001.TEST" if currency == "CNY" else f"1001.TEST.{currency}",
            asset=currency,
            category=ledger.Category.ASSET,
            name="cash",
            at=now(),
        )
        posting = ledger.NewPosting(
            cash.id, account.ledger_account_id, Money.parse(amount, currency)
        )
        transaction = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()), type="test", postings=(posting,)
        )
        (result,) = await ledger.post(tx, [transaction], at=now())
        result.raise_for_refusal()
