"""Closing an account: interest paid, the rest moved to another account of its holder, for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts.domain import DepositAccount, DepositAccountStatus
from tongbao.core.accounts.domain.errors import (
    DestinationUnusable,
    NotClosable,
    ReasonMissing,
    UnknownAccount,
)
from tongbao.core.accounts.domain.numbers import is_digits
from tongbao.core.accounts.events import AccountClosed
from tongbao.core.accounts.models import AccountRow
from tongbao.core.accounts.service.configuration import current, running
from tongbao.core.accounts.service.dormancy import awakened
from tongbao.core.accounts.service.interest import settle
from tongbao.core.accounts.service.reading import by_number
from tongbao.core.accounts.service.rows import account_of
from tongbao.core.accounts.service.standing import (
    Side,
    locked_all,
    note_status,
    restraint_rows,
    stops,
)
from tongbao.core.accounts.service.wallets import reached, same_number, takes
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

CLOSE: Final = "accounts.close"
CLOSING_TYPE: Final = "accounts.closing"

_RESTRAINED: Final = Text(zh="账户上有限制未解除", en="a restraint stands on it")
_PENDING: Final = Text(zh="有未完成的收付款", en="something is pending on it")
_MONEY: Final = Text(
    zh="账上还有钱或利息，请指定转入账户（pay_to）",
    en="there is money or interest on it: name an account for it (pay_to)",
)


@dataclass(frozen=True, slots=True)
class Closing:
    """Who closes which account, why, and where the rest goes.

    `confirmed_by` is its holder, who confirms it with `step_up_token`; None: staff.
    """

    account_id: UUID
    reason: str
    pay_to: str | None
    closed_by: UUID
    confirmed_by: Actor | None = None
    step_up_token: str | None = None


async def close(tx: WriteSession, wish: Closing, *, at: datetime) -> DepositAccount:
    """Close an account for good, a wallet with all its pockets; again is harmless.

    Raises `UnknownAccount`, `ReasonMissing`, `NotClosable` with everything in the way,
    `DestinationUnusable`, and what the confirmation raises.
    """
    reason = wish.reason.strip()
    if not reason:
        raise ReasonMissing
    asked = await tx.get(AccountRow, wish.account_id)
    if asked is None:
        raise UnknownAccount(account=wish.account_id)
    own = set(await same_number(tx, asked))
    # All that may be booked on is locked together: two who close towards each other do not cross.
    rows = await locked_all(tx, own | set(await _under(tx, wish.pay_to)))
    await ledger.lock(tx, [ledger.AccountId(row.ledger_account_id) for row in rows])
    left = [
        row for row in rows if row.id in own and row.status != DepositAccountStatus.CLOSED.value
    ]
    if not left:
        return account_of(asked)
    # What stands in the way comes first: who may not close is not asked to confirm.
    await _check_free(tx, left)
    if wish.confirmed_by is not None:
        facts = {"account_number": asked.number, "pay_to": wish.pay_to or ""}
        await current().confirm(
            tx,
            kind=CLOSE,
            facts=facts,
            token=wish.step_up_token,
            actor=wish.confirmed_by,
            at=at,
        )
    for row in left:
        await _close_one(tx, row, wish, reason=reason, at=at)
    return account_of(asked)


async def _under(tx: WriteSession, number: str | None) -> Sequence[UUID]:
    """Return the ids of the accounts under a number; none where there are none."""
    if number is None or not is_digits(number):
        return []
    return (await tx.scalars(select(AccountRow.id).where(AccountRow.number == number))).all()


async def _check_free(tx: WriteSession, rows: Sequence[AccountRow]) -> None:
    """Raise `NotClosable` for all that stands in the way, money apart."""
    obstacles: list[Text] = []
    if await restraint_rows(tx, [row.id for row in rows]):
        obstacles.append(_RESTRAINED)
    balances = await ledger.balances(tx, [ledger.AccountId(row.ledger_account_id) for row in rows])
    if any(each.pending_in or each.pending_out for each in balances.values()):
        obstacles.append(_PENDING)
    for asked in running():
        for row in rows:
            found = await asked(tx, row.id)
            if found is not None:
                obstacles.append(found)
    if obstacles:
        raise NotClosable(obstacles=_listed(obstacles))


async def _close_one(
    tx: WriteSession, row: AccountRow, wish: Closing, *, reason: str, at: datetime
) -> None:
    if row.dormant_since is not None:
        await awakened(tx, row, by=wish.closed_by, at=at)
    account = account_of(row)
    interest = await settle(tx, account, on=business_date(at), at=at)
    rest = Money((await ledger.balance(tx, account.ledger_account_id)).posted, account.currency)
    to = None
    if rest.minor:
        to = await _destination(tx, account, wish.pay_to, at=at)
        await _move(tx, account, to, rest, at=at)
    await ledger.change_status(
        tx, account_id=account.ledger_account_id, status=ledger.AccountStatus.CLOSED
    )
    await note_status(tx, row, DepositAccountStatus.CLOSED, at=at, by=wish.closed_by, reason=reason)
    closed = AccountClosed(
        account_id=row.id,
        party_id=row.party_id,
        interest=interest,
        paid_out=rest,
        to_account_id=None if to is None else to.id,
        by=wish.closed_by,
    )
    await outbox.append(tx, [closed], at=at)


async def _destination(
    tx: WriteSession, account: DepositAccount, pay_to: str | None, *, at: datetime
) -> DepositAccount:
    """Return where the rest goes. Raises `NotClosable` without one, `DestinationUnusable`."""
    if pay_to is None:
        raise NotClosable(obstacles=_MONEY)
    unusable = DestinationUnusable(currency=account.currency)
    try:
        found = await by_number(tx, pay_to, currency=account.currency)
    except UnknownAccount as error:
        raise unusable from error
    if (
        found.party_id != account.party_id
        or found.number == account.number
        or not takes(found, account.currency)
    ):
        raise unusable
    found = await reached(tx, found, currency=account.currency, at=at)
    (stopped,) = await stops(tx, [(found.id, Side.RECEIVES)], at=at)
    if stopped is not None:
        raise unusable from stopped
    return found


async def _move(
    tx: WriteSession, account: DepositAccount, to: DepositAccount, rest: Money, *, at: datetime
) -> None:
    posting = ledger.NewPosting(
        debit=account.ledger_account_id, credit=to.ledger_account_id, amount=rest
    )
    closing = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=CLOSING_TYPE,
        postings=(posting,),
        reference=account.number,
    )
    (result,) = await ledger.post(tx, [closing], at=at)
    result.raise_for_refusal()


def _listed(obstacles: Sequence[Text]) -> Text:
    return Text(
        zh="；".join(each.zh for each in obstacles), en="; ".join(each.en for each in obstacles)
    )
