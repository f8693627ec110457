"""What sorts of accounts there are, and who may open which: rules as data.

Classes of persons' RMB settlement accounts (个人银行结算账户分类): 银发〔2015〕392号,
〔2016〕302号, 〔2018〕16号. One of class I at a bank; of classes II and III at most five each.
What a class may pay is a limit's business, the class stays with the account.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from tongbao.core.parties.service import Level, Need, PartyKind, needs_for


class Product(StrEnum):
    """What sort of account it is."""

    CURRENT = "current"  # 活期结算账户
    SAVINGS = "savings"  # 活期储蓄账户
    WALLET = "wallet"  # 多币种钱包: one number, a pocket for each currency


class AccountClass(IntEnum):
    """The class of a person's RMB account; I has the fewest bounds."""

    I = 1  # noqa: E741 - as the law writes them
    II = 2
    III = 3


CLASS_LEVELS: Final[Mapping[AccountClass, Level]] = {
    AccountClass.I: Level.FULL,
    AccountClass.II: Level.STANDARD,
    AccountClass.III: Level.BASIC,
}
"""How well somebody must be known for an account of the class."""
CLASS_COUNT_MAX: Final[Mapping[AccountClass, int]] = {
    AccountClass.I: 1,
    AccountClass.II: 5,
    AccountClass.III: 5,
}
"""How many accounts of the class one person has here at most."""
CLASSED_CURRENCY: Final = "CNY"


@dataclass(frozen=True, slots=True)
class ProductRule:
    """Who may open a product: `levels` by kind of party, and no kind that is not named.

    `currencies` None: any we know. `count_max` counts open accounts of one party in one currency
    (wallets: all together); where classes apply they bound persons instead.
    """

    levels: Mapping[PartyKind, Level]
    count_max: int
    currencies: frozenset[str] | None = None
    classed: bool = False


RULES: Final[Mapping[Product, ProductRule]] = {
    Product.CURRENT: ProductRule(
        levels={PartyKind.PERSON: Level.BASIC, PartyKind.ORGANISATION: Level.BASIC},
        count_max=20,
        classed=True,
    ),
    Product.SAVINGS: ProductRule(
        levels={PartyKind.PERSON: Level.BASIC},
        count_max=5,
        currencies=frozenset({"CNY", "USD", "EUR", "HKD", "JPY", "GBP"}),
        classed=True,
    ),
    Product.WALLET: ProductRule(
        levels={PartyKind.PERSON: Level.STANDARD, PartyKind.ORGANISATION: Level.STANDARD},
        count_max=1,
        currencies=frozenset(
            {"CNY", "USD", "EUR", "HKD", "JPY", "GBP", "AUD", "CAD", "CHF", "SGD"}
        ),
    ),
}


def is_classed(product: Product, kind: PartyKind, currency: str) -> bool:
    """Tell whether accounts like this have a class."""
    persons = kind is PartyKind.PERSON and currency == CLASSED_CURRENCY
    return persons and RULES[product].classed


def class_within(
    level: Level, held: Collection[AccountClass], wanted: AccountClass | None = None
) -> AccountClass | None:
    """Return the best class somebody of this level may open beside those held; None: none.

    `wanted` names one class; only that one will do then.
    """
    for each in AccountClass if wanted is None else [wanted]:
        if level >= CLASS_LEVELS[each] and list(held).count(each) < CLASS_COUNT_MAX[each]:
            return each
    return None


def missing_for(kind: PartyKind, *, have: Level, need: Level) -> list[Need]:
    """Return what has to be handed in yet to be known at the level `need`, in a steady order."""
    return sorted(needs_for(kind, need) - needs_for(kind, have))
