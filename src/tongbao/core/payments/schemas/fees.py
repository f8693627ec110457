"""Shapes of fees: the tables, a quote, and what is proposed."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from tongbao.core.payments.domain.fees import (
    BANDS_MAX,
    DEDUCTED,
    FeeBand,
    FeeKind,
    FeeQuote,
    FeeRule,
)
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode, MoneyField, RateField
from tongbao.kernel.text import Language, Text

_RULE: Final[dict[str, JsonValue]] = {
    "kind": "book_transfer",
    "currency": "CNY",
    "party_kind": "organisation",
    "title_zh": "对公转账手续费",
    "title_en": "Transfer fee for firms",
    "bands": [
        {"from_amount": "0.00", "flat": "0.00", "rate": "0"},
        {"from_amount": "10000.00", "flat": "5.00", "rate": "0.0001", "most": "50.00"},
    ],
}
Reason = Annotated[str, Field(min_length=1, max_length=200)]


class FeeBandShape(Shape):
    """The fee, tax included, of amounts from `from_amount` on: a sum, a share, least and most."""

    model_config = ConfigDict(title="FeeBand")

    from_amount: AmountText
    flat: AmountText = "0"
    rate: Annotated[RateField, Field(description="Of the amount")]
    least: AmountText | None = None
    most: AmountText | None = None


class FeeRuleShape(Shape):
    """What a kind of payment costs; the narrowest rule holds, channel before customer."""

    model_config = ConfigDict(title="FeeRule", json_schema_extra={"examples": [_RULE]})

    kind: FeeKind
    currency: CurrencyCode
    channel: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    party_kind: Literal["person", "organisation"] | None = None
    title_zh: Annotated[str, Field(min_length=1, max_length=80)]
    title_en: Annotated[str, Field(min_length=1, max_length=80)]
    bands: Annotated[
        list[FeeBandShape], Field(max_length=BANDS_MAX, description="None: free of charge")
    ]

    def to_domain(self) -> FeeRule:
        """Return the rule. Raises `FeeWrong`, `money.MalformedAmount`."""

        def money(text: str | None) -> Money | None:
            return None if text is None else Money.parse(text, self.currency)

        return FeeRule(
            kind=self.kind,
            currency=self.currency,
            channel=self.channel,
            party_kind=self.party_kind,
            title=Text(zh=self.title_zh, en=self.title_en),
            bands=tuple(
                FeeBand(
                    from_=Money.parse(each.from_amount, self.currency),
                    flat=Money.parse(each.flat, self.currency),
                    rate=each.rate,
                    least=money(each.least),
                    most=money(each.most),
                )
                for each in self.bands
            ),
        )

    @classmethod
    def of(cls, rule: FeeRule) -> "FeeRuleShape":
        """Return the shape of a rule."""
        return cls.model_validate(
            {
                "kind": rule.kind,
                "currency": rule.currency,
                "channel": rule.channel,
                "party_kind": rule.party_kind,
                "title_zh": rule.title.zh,
                "title_en": rule.title.en,
                "bands": [
                    FeeBandShape(
                        from_amount=each.from_.text,
                        flat=each.flat.text,
                        rate=each.rate,
                        least=None if each.least is None else each.least.text,
                        most=None if each.most is None else each.most.text,
                    )
                    for each in rule.bands
                ],
            }
        )


class NewFeeRule(Shape):
    """A rule of fees and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rule": _RULE, "reason": "2027年收费目录"}]}
    )

    rule: FeeRuleShape
    reason: Reason


class NewVat(Shape):
    """A rate of value-added tax and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rate": "0.06", "reason": "税率"}]})

    rate: RateField
    reason: Reason


class FeesOut(Shape):
    """What payments cost today, and the tax in it."""

    items: list[FeeRuleShape]
    vat: RateField


class FeeQuestion(Shape):
    """A payment that somebody means to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "debtor_account_id": EXAMPLE_ID,
                    "kind": "book_transfer",
                    "amount": {"amount": "1250.00", "currency": "CNY"},
                }
            ]
        }
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that would pay; one's own")]
    kind: FeeKind = FeeKind.BOOK_TRANSFER
    channel: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    amount: MoneyField


class FeeLineOut(Shape):
    """A part of a fee."""

    text: str
    amount: MoneyField


class FeeQuoteOut(Shape):
    """What a payment costs, tax included, and why."""

    model_config = ConfigDict(title="FeeQuote")

    amount: MoneyField
    fee: MoneyField
    tax: Annotated[MoneyField, Field(description="The value-added tax in the fee")]
    debited: Annotated[MoneyField, Field(description="What leaves the payer")]
    credited: Annotated[
        MoneyField, Field(description="What arrives: the amount, of a top-up less its fee")
    ]
    lines: list[FeeLineOut]
    explanation: str

    @classmethod
    def of(cls, quote: FeeQuote, kind: FeeKind, language: Language) -> "FeeQuoteOut":
        """Return the shape of a quote, in words of `language`."""
        deducted = kind in DEDUCTED
        return cls(
            amount=quote.amount,
            fee=quote.total,
            tax=quote.tax,
            debited=quote.amount if deducted else quote.amount + quote.total,
            credited=quote.amount - quote.total if deducted else quote.amount,
            lines=[
                FeeLineOut(text=each.text.say(language), amount=each.amount) for each in quote.lines
            ],
            explanation=quote.explanation.say(language),
        )
