"""What a batch of payments asks of its accounts: one statement, however many there are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.accounts.domain import DepositAccount, DepositAccountId, DepositAccountStatus
from tongbao.core.accounts.domain.errors import AccountClosed, AccountDormant
from tongbao.core.accounts.domain.numbers import is_digits
from tongbao.core.accounts.domain.products import AccountClass, Product
from tongbao.core.accounts.service.standing import Side, stops
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError

# LATERAL leaves the planner no other way than to look each one up by its index.
# LIMIT keeps the planner from any other way than to look each one up by its index.
_BY_ID: Final = (
    "SELECT a.id, a.number, a.party_id, a.product, a.currency, a.ledger_account_id, a.status,"
    " a.opened_at, a.account_class, a.dormant_since FROM unnest(%s::uuid[]) AS w(id)"
    " CROSS JOIN LATERAL (SELECT * FROM accounts_account x WHERE x.id = w.id LIMIT 1) AS a"
)
_BY_NUMBER: Final = (
    "SELECT w.place, a.id, a.number, a.party_id, a.product, a.currency, a.ledger_account_id,"
    " a.status, a.opened_at, a.account_class, a.dormant_since"
    " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w(number, currency, place)"
    " CROSS JOIN LATERAL (SELECT * FROM accounts_account x WHERE x.number = w.number"
    " ORDER BY x.currency = w.currency DESC, x.id LIMIT 1) AS a"
)
_RESTRAINED: Final = (
    "SELECT w.id FROM unnest(%s::uuid[]) AS w(id) WHERE EXISTS"
    " (SELECT FROM accounts_restraint r WHERE r.account_id = w.id AND r.ended_at IS NULL)"
)


async def many(tx: ReadSession, account_ids: Collection[UUID]) -> Mapping[UUID, DepositAccount]:
    """Return the accounts that exist among some ids, by id."""
    rows = await tx.fetch(_BY_ID, (_ids(account_ids),))
    return {row[0]: _account(*row) for row in rows}


async def many_by_number(
    tx: ReadSession, wanted: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], DepositAccount]:
    """Return the account of each number and currency that there is one of; see `by_number`."""
    known = [each for each in set(wanted) if is_digits(each[0])]
    rows = await tx.fetch(
        _BY_NUMBER,
        (
            array(Kind.TEXT, [number.encode() for number, _ in known]),
            array(Kind.TEXT, [currency.encode() for _, currency in known]),
        ),
    )
    return {known[place - 1]: _account(*row) for place, *row in rows}


async def stops_of_many(
    tx: WriteSession, sides: Sequence[tuple[DepositAccount, Side]], *, at: datetime
) -> list[TongbaoError | None]:
    """Return the same as `stops` for accounts just read: few accounts have any restraint."""
    ids = {account.id for account, _ in sides}
    restrained = {row[0] for row in await tx.fetch(_RESTRAINED, (_ids(ids),))}
    asked = [(account.id, side) for account, side in sides if account.id in restrained]
    judged = iter(await stops(tx, asked, at=at) if asked else ())
    return [
        next(judged) if account.id in restrained else _stop(account, side)
        for account, side in sides
    ]


def _stop(account: DepositAccount, side: Side) -> TongbaoError | None:
    """Return why an account without restraints may not take part."""
    if account.status is DepositAccountStatus.CLOSED:
        return AccountClosed()
    if side is Side.PAYS and account.dormant_since is not None:
        return AccountDormant()
    return None


def _ids(account_ids: Collection[UUID]) -> object:
    return array(Kind.UUID, [each.bytes for each in account_ids])


def _account(  # noqa: PLR0917 - the columns, in their order
    account_id: UUID,
    number: str,
    party_id: UUID,
    product: str,
    currency: str,
    ledger_account_id: UUID,
    status: str,
    opened_at: datetime,
    account_class: int | None,
    dormant_since: datetime | None,
) -> DepositAccount:
    return DepositAccount(
        id=DepositAccountId(account_id),
        number=number,
        party_id=parties.PartyId(party_id),
        product=Product(product),
        currency=currency,
        ledger_account_id=ledger.AccountId(ledger_account_id),
        status=DepositAccountStatus(status),
        opened_at=opened_at,
        account_class=None if account_class is None else AccountClass(account_class),
        dormant_since=dormant_since,
    )
