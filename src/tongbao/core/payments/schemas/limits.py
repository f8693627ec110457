"""API shapes of limits, as whoever pays sees them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.risk.limits.service import RAISE_HOURS_MAX, Headroom, Rule, tightest

COUNT_MAX: Final = 10**9
Count = Annotated[int, Field(ge=0, le=COUNT_MAX, description="Where payments are counted")]


class Quantity(Shape):
    """How much of a limit: an amount, or a number of payments."""

    model_config = ConfigDict(title="LimitQuantity")

    amount: MoneyField | None = None
    count: int | None = None

    @classmethod
    def of(cls, rule: Rule, value: int) -> "Quantity":
        """Return the shape of a value of a rule's measure."""
        amount = rule.amount(value)
        return cls(amount=amount, count=value if amount is None else None)

    @classmethod
    def maybe(cls, rule: Rule, value: int | None) -> "Quantity | None":
        """Return the shape of a value, if there is one."""
        return None if value is None else cls.of(rule, value)


class HeadroomRule(Shape):
    """One limit that a payment would meet."""

    code: Annotated[str, Field(examples=["person_3_day"])]
    tally: Annotated[str, Field(description="Names the limit at `/payments/limits/{tally}`")]
    title: str
    window: Literal["transaction", "day", "month", "year", "rolling"]
    rolling_hours: int | None
    maximum: Quantity
    used: Annotated[Quantity | None, Field(description="Null where others use it up, too")]
    left: Annotated[Quantity | None, Field(description="Null where others use it up, too")]
    raised_until: datetime | None
    covers: Annotated[bool, Field(description="Whether the payment fits")]

    @classmethod
    def of(cls, room: Headroom, language: Language) -> "HeadroomRule":
        """Return the shape of what is left of a rule."""
        rule = room.rule
        return cls(
            code=rule.code,
            tally=rule.tally,
            title=rule.title.say(language),
            window=rule.window.value,
            rolling_hours=rule.rolling_hours,
            maximum=Quantity.of(rule, room.maximum),
            used=Quantity.of(rule, room.used) if rule.is_told else None,
            left=Quantity.of(rule, room.left) if rule.is_told else None,
            raised_until=room.raised_until,
            covers=room.covers,
        )


class IntendedHeadroom(Shape):
    """What limits say of an intended payment; what is paid meanwhile counts when it is made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "covers": False,
                    "tightest": "person_3_day",
                    "limits": [
                        {
                            "code": "person_3_day",
                            "tally": "outgoing",
                            "title": "每日付款限额（个人，认证等级 3）",
                            "window": "day",
                            "rolling_hours": None,
                            "maximum": {
                                "amount": {"amount": "500.00", "currency": "CNY"},
                                "count": None,
                            },
                            "used": {
                                "amount": {"amount": "450.00", "currency": "CNY"},
                                "count": None,
                            },
                            "left": {
                                "amount": {"amount": "50.00", "currency": "CNY"},
                                "count": None,
                            },
                            "raised_until": None,
                            "covers": False,
                        }
                    ],
                }
            ]
        }
    )

    covers: Annotated[bool, Field(description="Whether all limits let it pass")]
    tightest: Annotated[str | None, Field(description="The code of the one that binds first")]
    limits: list[HeadroomRule]

    @classmethod
    def of(cls, rooms: Sequence[Headroom], language: Language) -> "IntendedHeadroom":
        """Return the shape of what is left of all rules."""
        first = tightest(rooms)
        return cls(
            covers=all(room.covers for room in rooms),
            tightest=None if first is None else first.rule.code,
            limits=[HeadroomRule.of(room, language) for room in rooms],
        )


class OwnLimit(Shape):
    """A limit of a customer's: the bank's, their own, and what is left now."""

    tally: Annotated[str, Field(examples=["outgoing"])]
    period: Annotated[str, Field(examples=["day"], description="`24h` for a rolling window")]
    title: str
    bank_maximum: Quantity
    raise_maximum: Annotated[Quantity | None, Field(description="Null: it cannot be raised")]
    own_maximum: Quantity | None
    raised_to: Quantity | None
    raised_until: datetime | None
    maximum: Annotated[Quantity, Field(description="What holds now")]
    used: Quantity
    left: Quantity

    @classmethod
    def of(cls, room: Headroom, language: Language) -> "OwnLimit":
        """Return the shape of a limit."""
        rule = room.rule
        return cls(
            tally=rule.tally,
            period=rule.period,
            title=rule.title.say(language),
            bank_maximum=Quantity.of(rule, rule.maximum),
            raise_maximum=Quantity.maybe(rule, rule.raise_maximum),
            own_maximum=Quantity.maybe(rule, room.lowered),
            raised_to=Quantity.maybe(rule, room.raised),
            raised_until=room.raised_until,
            maximum=Quantity.of(rule, room.maximum),
            used=Quantity.of(rule, room.used),
            left=Quantity.of(rule, room.left),
        )


class OwnLimits(Shape):
    """The limits of a customer that they may lower or raise."""

    items: list[OwnLimit]


class _Maximum(Shape):
    party_id: Annotated[UUID, Field(description="Whose limit it is; one's own party")]
    amount: MoneyField | None = None
    count: Count | None = None

    @property
    def maximum(self) -> int | Money | None:
        """Return the amount or the number; None for neither."""
        return self.count if self.amount is None else self.amount


class OwnLimitIn(_Maximum):
    """A lower maximum of one's own; without amount and count the bank's holds again."""

    model_config = ConfigDict(
        title="NewOwnLimit",
        json_schema_extra={
            "examples": [
                {"party_id": EXAMPLE_ID, "amount": {"amount": "5000.00", "currency": "CNY"}}
            ]
        },
    )

    @model_validator(mode="after")
    def _at_most_one(self) -> "OwnLimitIn":
        if self.amount is not None and self.count is not None:
            msg = "give an amount or a count"
            raise ValueError(msg)
        return self


class RaiseIn(_Maximum):
    """A higher maximum for some hours."""

    model_config = ConfigDict(
        title="NewRaise",
        json_schema_extra={
            "examples": [
                {
                    "party_id": EXAMPLE_ID,
                    "amount": {"amount": "80000000.00", "currency": "CNY"},
                    "hours": 24,
                }
            ]
        },
    )

    hours: Annotated[int, Field(ge=1, le=RAISE_HOURS_MAX, description="From now on")]

    @model_validator(mode="after")
    def _exactly_one(self) -> "RaiseIn":
        if (self.amount is None) == (self.count is None):
            msg = "give an amount or a count"
            raise ValueError(msg)
        return self
