"""What a batch of payments asks of its accounts, looked up in a statement of the batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from tongbao.core.accounts.domain import DepositAccount, DepositAccountStatus
from tongbao.core.accounts.domain.errors import AccountClosed, AccountDormant
from tongbao.core.accounts.domain.products import AccountClass, Product
from tongbao.core.accounts.service.standing import Side, stops
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError

# In the order of what `accounts_by_id` and `accounts_by_number` return.
KNOWN_COLUMNS: Final = 11
_PRODUCTS: Final = {each.value: each for each in Product}
_STATUSES: Final = {each.value: each for each in DepositAccountStatus}


class Known(NamedTuple):
    """An account looked up by `accounts_by_id` or `accounts_by_number`.

    `restrained`: whether some restraint on it has not ended.
    """

    account: DepositAccount
    restrained: bool


def known(row: Sequence[Any]) -> Known | None:
    """Return the account that a statement of somebody's has looked up, if there is one."""
    if row[0] is None:
        return None
    account = DepositAccount(
        row[0],
        row[1],
        row[2],
        _PRODUCTS[row[3]],
        row[4],
        row[5],
        _STATUSES[row[6]],
        row[7],
        None if row[8] is None else AccountClass(row[8]),
        row[9],
    )
    return Known(account, row[10])


async def stops_of_many(
    tx: WriteSession, sides: Sequence[tuple[Known, Side]], *, at: datetime
) -> list[TongbaoError | None]:
    """Return the same as `stops` for accounts just looked up: few have any restraint."""
    asked = [(each.account.id, side) for each, side in sides if each.restrained]
    judged = iter(await stops(tx, asked, at=at) if asked else ())
    return [next(judged) if each.restrained else _stop(each.account, side) for each, side in sides]


def _stop(account: DepositAccount, side: Side) -> TongbaoError | None:
    """Return why an account without restraints may not take part."""
    if account.status is DepositAccountStatus.CLOSED:
        return AccountClosed()
    if side is Side.PAYS and account.dormant_since is not None:
        return AccountDormant()
    return None
