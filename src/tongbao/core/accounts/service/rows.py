"""From a row to what callers see."""

from tongbao.core.accounts.domain import DepositAccount, DepositAccountId, DepositAccountStatus
from tongbao.core.accounts.domain.products import AccountClass, Product
from tongbao.core.accounts.domain.restraints import Authority, Ending, Order, Restraint, Stop
from tongbao.core.accounts.models import AccountRow, RestraintRow
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.kernel.money import Money


def account_of(row: AccountRow) -> DepositAccount:
    """Return the account a row stands for."""
    return DepositAccount(
        id=DepositAccountId(row.id),
        number=row.number,
        party_id=parties.PartyId(row.party_id),
        product=Product(row.product),
        currency=row.currency,
        ledger_account_id=ledger.AccountId(row.ledger_account_id),
        status=DepositAccountStatus(row.status),
        opened_at=row.opened_at,
        account_class=None if row.account_class is None else AccountClass(row.account_class),
        dormant_since=row.dormant_since,
    )


def restraint_of(row: RestraintRow, currency: str) -> Restraint:
    """Return the restraint a row stands for; `currency` is its account's."""

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    return Restraint(
        id=row.id,
        account_id=row.account_id,
        rank=row.rank,
        order=Order(
            stop=Stop(row.stop),
            authority=Authority(row.authority),
            ordered_by=row.ordered_by,
            document_number=row.document_number,
            reason=row.reason,
            from_at=row.from_at,
            until_at=row.until_at,
            amount=money(row.ordered_minor),
            told=row.told,
        ),
        amount=money(row.amount_minor),
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        approved_by=row.approved_by,
        ended_at=row.ended_at,
        ending=None if row.ending is None else Ending(row.ending),
    )
