"""What is offered to one holder, and the words of the agreement it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongbao.core.accounts.service import DepositAccount
from tongbao.core.agreements.service import (
    INSTALMENT_SAVINGS_AGREEMENT,
    NOTICE_DEPOSIT_AGREEMENT,
    TIME_DEPOSIT_AGREEMENT,
)
from tongbao.core.parties.service import Party
from tongbao.kernel.capitals import capitals
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Language, Text
from tongbao.products.deposits.domain.products import Instruction, Kind, Product

BANK_NAME: Final = Text(zh="通宝银行", en="Tongbao Bank")

INSTRUCTION_WORDS: Final[Mapping[Instruction, Text]] = {
    Instruction.PAY_OUT: Text(
        zh="本息转入结算账户", en="principal and interest to the settlement account"
    ),
    Instruction.RENEW_PRINCIPAL: Text(
        zh="本金转存，利息转入结算账户",
        en="the principal for another term, the interest to the settlement account",
    ),
    Instruction.RENEW_ALL: Text(zh="本息一并转存", en="principal and interest for another term"),
    Instruction.HOLD: Text(zh="不作处理，待存款人支取", en="nothing; it waits for the holder"),
}

_TEMPLATES: Final = {
    Kind.TIME: TIME_DEPOSIT_AGREEMENT,
    Kind.INSTALMENT: INSTALMENT_SAVINGS_AGREEMENT,
    Kind.NOTICE: NOTICE_DEPOSIT_AGREEMENT,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A deposit that could be opened now; of a plan, `amount` is that of a month."""

    product: Product
    party: Party
    account: DepositAccount
    amount: Money
    annual_rate: Rate
    instruction: Instruction
    start: date
    matures_on: date | None

    @property
    def fixed_rate(self) -> Rate | None:
        """Return the rate that holds to the end; a notice deposit has none."""
        return None if self.product.kind is Kind.NOTICE else self.annual_rate


def template_of(kind: Kind) -> str:
    """Return the name of the agreement's template."""
    return _TEMPLATES[kind]


def agreement_parameters(offer: Offer, *, language: Language) -> dict[str, str]:
    """Return what fills the places of the agreement."""
    terms = offer.product.terms_for(offer.party.kind, offer.amount.currency)
    said = {
        "bank_name": BANK_NAME.say(language),
        "holder_name": offer.party.name,
        "product": offer.product.title.say(language),
        "currency": offer.amount.currency,
        "amount": offer.amount.text,
        "amount_capitals": _in_words(offer.amount),
        "annual_rate_percent": offer.annual_rate.percent_text,
        "starts_on": offer.start.isoformat(),
        "account_number": offer.account.number,
    }
    if offer.product.kind is Kind.NOTICE:
        minimum = Money(terms.minimum, offer.amount.currency)
        return said | {"notice_days": str(offer.product.notice_days), "minimum": minimum.text}
    assert offer.matures_on is not None, "it has a term"
    return said | {
        "months": str(offer.product.months),
        "matures_on": offer.matures_on.isoformat(),
        "instruction": INSTRUCTION_WORDS[offer.instruction].say(language),
    }


def _in_words(amount: Money) -> str:
    """Return an amount in Chinese capitals; one of another currency has none."""
    return capitals(amount) if amount.currency == "CNY" else str(amount)
