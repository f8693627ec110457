"""Saying what is done at maturity, and into which account things are paid."""

from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.products.deposits.domain.deposits import Deposit
from tongbao.products.deposits.domain.errors import (
    AccountNotUsable,
    TooLateToChange,
    UnknownDeposit,
)
from tongbao.products.deposits.domain.products import Instruction, product
from tongbao.products.deposits.service.opening import MANAGE, check_instruction
from tongbao.products.deposits.service.rows import deposit_of, locked, require_money


async def instruct(
    tx: WriteSession,
    *,
    deposit_id: UUID,
    instruction: Instruction | None = None,
    account_id: UUID | None = None,
    instructed_by: Actor,
    at: datetime,
) -> Deposit:
    """Change what is done at maturity, until the day before, or the settlement account, always.

    Raises `UnknownDeposit`, `auth.Forbidden`, `DepositEnded`, `InstructionNotPossible`,
    `TooLateToChange`, `accounts.UnknownAccount`, `AccountNotUsable`.
    """
    row = await locked(tx, deposit_id)
    instructed_by.check(MANAGE, party_id=row.party_id, unknown=UnknownDeposit())
    require_money(row)
    if instruction is not None and instruction.value != row.instruction:
        check_instruction(product(row.product), instruction)
        if row.matures_on is not None and business_date(at) >= row.matures_on:
            raise TooLateToChange(matures_on=row.matures_on.isoformat())
        row.instruction = instruction.value
    if account_id is not None:
        account = await accounts.get(tx, account_id)
        if account.party_id != row.party_id:
            raise accounts.UnknownAccount(account=account_id)
        usable = account.status is accounts.DepositAccountStatus.OPEN
        if not usable or account.currency != row.currency:
            raise AccountNotUsable(currency=row.currency)
        row.account_id = account.id
    await tx.flush()
    return await deposit_of(tx, row)
