"""What a batch of payments asks of its accounts, looked up in a statement of the batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from tongbao.core.accounts.domain import DepositAccountId, DepositAccountStatus
from tongbao.core.accounts.domain.errors import AccountClosed, AccountDormant
from tongbao.core.accounts.domain.products import Product
from tongbao.core.accounts.service.standing import Side, stops
from tongbao.core.ledger.service import AccountId as LedgerAccountId
from tongbao.core.parties.service import PartyId
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError

KNOWN_COLUMNS: Final = 9
_PRODUCTS: Final = {each.value: each for each in Product}
_STATUSES: Final = {each.value: each for each in DepositAccountStatus}


class Known(NamedTuple):
    """What a payment asks of an account, as `accounts_by_id` or `accounts_by_number` finds it.

    A batch looks up thousands and builds one of each, so there is nothing else in it.
    `is_restrained`: whether some restraint on it has not ended.
    """

    id: DepositAccountId
    number: str
    party_id: PartyId
    product: Product
    currency: str
    ledger_account_id: LedgerAccountId
    status: DepositAccountStatus
    is_dormant: bool
    is_restrained: bool


def known(row: Sequence[Any]) -> Known | None:
    """Return the account that a statement of somebody's has looked up, if there is one.

    The row has the columns of the same names, in the order of `Known`.
    """
    if row[0] is None:
        return None
    return Known(
        row[0], row[1], row[2], _PRODUCTS[row[3]], row[4], row[5], _STATUSES[row[6]], row[7], row[8]
    )


async def stops_of_many(
    tx: WriteSession, sides: Sequence[tuple[Known, Side]], *, at: datetime
) -> list[TongbaoError | None]:
    """Return the same as `stops` for accounts just looked up: few have any restraint."""
    asked = [(each.id, side) for each, side in sides if each.is_restrained]
    judged = iter(await stops(tx, asked, at=at) if asked else ())
    return [next(judged) if each.is_restrained else _stop(each, side) for each, side in sides]


def _stop(account: Known, side: Side) -> TongbaoError | None:
    """Return why an account without restraints may not take part."""
    if account.status is DepositAccountStatus.CLOSED:
        return AccountClosed()
    if side is Side.PAYS and account.is_dormant:
        return AccountDormant()
    return None
