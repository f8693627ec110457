"""Opening customers' accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from tongbao.core.accounts.domain import (
    DepositAccount,
    DepositAccountId,
    DepositAccountStatus,
)
from tongbao.core.accounts.domain.errors import (
    ClassNotPossible,
    CurrencyNotOffered,
    LevelTooLow,
    NotForThisKind,
    PartyNotActive,
    TooManyAccounts,
)
from tongbao.core.accounts.domain.products import (
    CLASS_COUNT_MAX,
    CLASS_LEVELS,
    RULES,
    AccountClass,
    Product,
    class_within,
    is_classed,
    missing_for,
)
from tongbao.core.accounts.events import AccountOpened
from tongbao.core.accounts.models import AccountRow
from tongbao.core.accounts.service.numbering import new_number
from tongbao.core.accounts.service.rows import account_of
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


async def apply(
    tx: WriteSession,
    *,
    party_id: UUID,
    currency: str,
    product: Product = Product.CURRENT,
    account_class: AccountClass | None = None,
    at: datetime,
) -> DepositAccount:
    """Open an account if the product's rules let this party have it; the best class it may have.

    A wallet is opened with its pocket in `currency`; its other pockets open by themselves when
    money comes (`reached`). Of two at once for one party the second waits, so no count is exceeded.

    Raises:
        parties.UnknownParty: there is no such party.
        money.UnknownCurrency, CurrencyNotOffered: not in this currency.
        NotForThisKind: the product is for persons, or for organisations.
        PartyNotActive: the party is blocked or closed.
        LevelTooLow: the party must be known better; says what is missing.
        TooManyAccounts: of this product, or of the class.
        ClassNotPossible: a class is asked for where there is none.
    """
    Money.zero(currency)
    party, rule = await parties.locked(tx, party_id), RULES[product]
    if party.kind not in rule.levels:
        allowed = ", ".join(kind.value for kind in rule.levels)
        raise NotForThisKind(product=product.value, allowed=allowed)
    if rule.currencies is not None and currency not in rule.currencies:
        raise CurrencyNotOffered(
            product=product.value, currencies=", ".join(sorted(rule.currencies))
        )
    if party.status in (parties.Status.BLOCKED, parties.Status.CLOSED):
        raise PartyNotActive(status=party.status.value)
    _check_level(party, rule.levels[party.kind])
    held = await _held(tx, party_id)
    if not is_classed(product, party.kind, currency):
        if account_class is not None:
            raise ClassNotPossible
        _check_count(held, product, currency)
    else:
        account_class = _class(party, held, account_class)
    return await open_account(
        tx,
        party_id=party_id,
        currency=currency,
        product=product,
        account_class=account_class,
        at=at,
    )


async def open_account(
    tx: WriteSession,
    *,
    party_id: UUID,
    currency: str,
    product: Product = Product.CURRENT,
    account_class: AccountClass | None = None,
    number: str | None = None,
    at: datetime,
) -> DepositAccount:
    """Open an account, which can never go below zero; who may have it is `apply`'s to ask.

    `number` is a wallet's, for another pocket of it. Raises `parties.UnknownParty`,
    `money.UnknownCurrency` and `NumbersExhausted`.
    """
    party = await parties.get(tx, party_id)
    Money.zero(currency)  # raises for a currency we do not know
    if number is None:
        number = await new_number(tx, party_id=party.id, product=product.value, at=at)
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
        product=product,
        currency=currency,
        ledger_account_id=ledger_account.id,
        status=DepositAccountStatus.OPEN,
        opened_at=at,
        account_class=account_class,
    )
    await tx.execute(
        insert(AccountRow).values(
            id=account.id,
            number=account.number,
            party_id=account.party_id,
            product=account.product.value,
            currency=account.currency,
            account_class=account.account_class,
            ledger_account_id=account.ledger_account_id,
            status=account.status.value,
            opened_at=account.opened_at,
            last_moved_on=business_date(at),
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


async def _held(tx: WriteSession, party_id: UUID) -> list[DepositAccount]:
    """Return the accounts of a party that are not closed; `apply` keeps them few."""
    rows = await tx.scalars(
        select(AccountRow).where(
            AccountRow.party_id == party_id,
            AccountRow.status != DepositAccountStatus.CLOSED.value,
        )
    )
    return [account_of(row) for row in rows]


def _check_level(party: parties.Party, need: parties.Level) -> None:
    if party.level < need:
        missing = missing_for(party.kind, have=party.level, need=need)
        raise LevelTooLow(
            have=int(party.level), need=int(need), missing=", ".join(each.value for each in missing)
        )


def _check_count(held: Sequence[DepositAccount], product: Product, currency: str) -> None:
    of_sort = {
        each.number
        for each in held
        if each.product is product and (product is Product.WALLET or each.currency == currency)
    }
    if len(of_sort) >= RULES[product].count_max:
        sort = product.value if product is Product.WALLET else f"{product.value} {currency}"
        raise TooManyAccounts(sort=sort, count_max=RULES[product].count_max, count=len(of_sort))


def _class(
    party: parties.Party, held: Sequence[DepositAccount], wanted: AccountClass | None
) -> AccountClass:
    """Return the class of a new account. Raises `LevelTooLow`, `TooManyAccounts`."""
    classes = [each.account_class for each in held if each.account_class is not None]
    found = class_within(party.level, classes, wanted)
    if found is not None:
        return found
    if wanted is not None:
        _check_level(party, CLASS_LEVELS[wanted])
    full = AccountClass.III if wanted is None else wanted
    raise TooManyAccounts(
        sort=f"class {full.name}", count_max=CLASS_COUNT_MAX[full], count=classes.count(full)
    )
