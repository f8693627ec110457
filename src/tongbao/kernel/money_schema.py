"""Money in API shapes and events: `{"amount": "12.50", "currency": "CNY"}`, the amount always text.

JSON numbers are binary floating point to most readers, so a number is refused, not guessed at.

- `MoneySchema`: the pydantic model; `.to_money()` and `.of(money)`.
- `MoneyField`: a field that is a `Money` in Python and this shape in JSON.
- `AmountText`, `CurrencyCode`, `RateField`: the pieces.

A refusal carries the code of the error behind it as its pydantic type (`money.amount_too_precise`)
and that error itself in its context as `error`, for its facts and its wording in either language.

Whatever is accepted matches the JSON schemas. The converse stops where JSON Schema does: the
decimals of each currency and the largest amount are checked by code only.
"""

import re
from functools import lru_cache
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    Strict,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import (
    CURRENCIES,
    MINOR_MAX,
    RATE_SCALE,
    SCALE_MAX,
    AmountTooLarge,
    Money,
    Rate,
    UnknownCurrency,
    parse_minor,
)

_SCALE_MAX: Final = max(CURRENCIES.values())
AMOUNT_PATTERN: Final = rf"^-?(0|[1-9][0-9]{{0,18}})(\.[0-9]{{1,{_SCALE_MAX}}})?$"
AMOUNT_LENGTH_MAX: Final = len(f"-{MINOR_MAX}.")
_USUAL: Final = re.compile(AMOUNT_PATTERN)
RATE_PATTERN: Final = rf"^-?(0|[1-9][0-9]{{0,6}})(\.[0-9]{{1,{RATE_SCALE}}})?$"
_RATE_JSON_SCHEMA: Final[JsonDict] = {
    "description": "Plain decimal fraction, not per cent: 0.0435 is 4.35 %",
    "examples": ["0.0435"],
    "pattern": RATE_PATTERN,
}


def refusal(error: TongbaoError) -> PydanticCustomError:
    """Return what a validator raises so that the error keeps its code, its facts and its words."""
    return PydanticCustomError(error.code, "{en}", {"en": error.say("en"), "error": error})


def _check_amount(text: str) -> str:
    """Hold the grammar; how many decimals and digits there may be is for the currency to say."""
    if _USUAL.fullmatch(text):
        return text
    try:
        parse_minor(text, SCALE_MAX)
    except AmountTooLarge:
        return text  # at that scale; the amount's own scale decides
    except TongbaoError as error:
        raise refusal(error) from error
    return text


def _check_currency(code: str) -> str:
    try:
        Money.zero(code)
    except UnknownCurrency as error:
        raise refusal(error) from error
    return code


AmountText = Annotated[
    str,
    Strict(),
    AfterValidator(_check_amount),
    Field(
        description="Plain decimal text in the major unit; a sign only if negative",
        examples=["12.50"],
        json_schema_extra={"pattern": AMOUNT_PATTERN, "maxLength": AMOUNT_LENGTH_MAX},
    ),
]

CurrencyCode = Annotated[
    str,
    Strict(),
    AfterValidator(_check_currency),
    Field(
        description="ISO 4217 code",
        examples=["CNY"],
        json_schema_extra={"enum": sorted(CURRENCIES)},
    ),
]


class MoneySchema(BaseModel):
    """An amount of money: plain decimal text, and the ISO 4217 currency."""

    model_config = ConfigDict(
        title="Money",
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"amount": "12.50", "currency": "CNY"}]},
    )

    amount: AmountText
    currency: CurrencyCode

    @model_validator(mode="after")
    def _check_scale_and_range(self) -> Self:
        try:
            self.to_money()
        except TongbaoError as error:
            raise refusal(error) from error
        return self

    def to_money(self) -> Money:
        """Return the `Money` this says."""
        return Money.parse(self.amount, self.currency)

    @classmethod
    def of(cls, money: Money) -> "MoneySchema":
        """Return the shape of `money`, all decimals of its currency shown."""
        shape: Self = cls.model_construct(  # type: ignore[assignment]  # the plugin says so
            amount=money.text, currency=money.currency
        )
        return shape  # not checked again: a `Money` is valid as it is


def money_core_schema(handler: GetCoreSchemaHandler) -> CoreSchema:
    """Return how pydantic reads and writes `Money`: as `MoneySchema`, or an instance in Python."""
    shape = handler.generate_schema(MoneySchema)
    return core_schema.no_info_wrap_validator_function(
        _read_money,
        shape,
        serialization=core_schema.plain_serializer_function_ser_schema(
            _shape_of,
            return_schema=shape,
        ),
    )


def rate_core_schema() -> CoreSchema:
    """Return how pydantic reads and writes `Rate`: as decimal text, or an instance in Python."""
    text = core_schema.str_schema(
        strict=True,
        metadata={"pydantic_js_updates": _RATE_JSON_SCHEMA},
    )
    return core_schema.no_info_wrap_validator_function(
        _read_rate,
        text,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda rate: rate.text,
            return_schema=text,
        ),
    )


@lru_cache(maxsize=10_000)  # nothing, above all: most answers have two or three of it
def _shape_of(money: Money) -> MoneySchema:
    return MoneySchema.of(money)


# A wrapper and not a union, for a union would report every failure of every branch.
def _read_money(value: object, read_shape: ValidatorFunctionWrapHandler) -> Money:
    if isinstance(value, Money):
        return value
    return _read_plain(value) or read_shape(value).to_money()


def _read_plain(value: object) -> Money | None:
    """Return the money of a well-made document, in a third of the time; None says nothing yet."""
    if type(value) is not dict or len(value) != 2:  # noqa: PLR2004 - amount and currency
        return None
    amount, currency = value.get("amount"), value.get("currency")
    if type(amount) is not str or type(currency) is not str:
        return None
    try:
        return Money.parse(amount, currency)
    except TongbaoError:
        return None  # the shape says what is wrong


def _read_rate(value: object, read_text: ValidatorFunctionWrapHandler) -> Rate:
    if isinstance(value, Rate):
        return value
    try:
        return Rate.parse(read_text(value))
    except TongbaoError as error:
        raise refusal(error) from error


# The types bring their schemas along, so either spelling means the same in a model.
MoneyField = Money
RateField = Rate
