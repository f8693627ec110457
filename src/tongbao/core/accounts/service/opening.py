"""Opening customers' accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from tongbao.core.accounts.domain import (
    DepositAccount,
    DepositAccountId,
    DepositAccountStatus,
    Product,
    account_number,
)
from tongbao.core.accounts.events import AccountOpened
from tongbao.core.accounts.models import NUMBER_SERIAL, AccountRow
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


async def new_number(tx: WriteSession) -> str:
    """Return an account number that nobody has, for whatever is deposited here."""
    serial = (await tx.execute(select(NUMBER_SERIAL.next_value()))).scalar_one()
    return account_number(serial)


async def open_account(
    tx: WriteSession, *, party_id: UUID, currency: str, at: datetime
) -> DepositAccount:
    """Open a current account, which can never go below zero.

    Raises `parties.UnknownParty` and `money.UnknownCurrency`.
    """
    party = await parties.get(tx, party_id)
    Money.zero(currency)  # raises for a currency we do not know
    number = await new_number(tx)
    ledger_account = await ledger.open_account(
        tx,
        asset=currency,
        category=ledger.Category.LIABILITY,
        name=number,
        overdraft=0,
        at=at,
    )
    account = DepositAccount(
        id=DepositAccountId(new_id()),
        number=number,
        party_id=party.id,
        product=Product.CURRENT,
        currency=currency,
        ledger_account_id=ledger_account.id,
        status=DepositAccountStatus.OPEN,
        opened_at=at,
    )
    await tx.execute(
        insert(AccountRow).values(
            id=account.id,
            number=account.number,
            party_id=account.party_id,
            product=account.product.value,
            currency=account.currency,
            ledger_account_id=account.ledger_account_id,
            status=account.status.value,
            opened_at=account.opened_at,
        )
    )
    opened = AccountOpened(
        account_id=account.id,
        party_id=account.party_id,
        product=account.product.value,
        currency=account.currency,
    )
    await outbox.append(tx, [opened], at=at)
    return account
