"""From a row to what callers see."""

from tongbao.core.accounts.domain import (
    DepositAccount,
    DepositAccountId,
    DepositAccountStatus,
    Product,
)
from tongbao.core.accounts.models import AccountRow
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties


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
    )
