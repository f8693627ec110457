"""What the shapes of `/api/v1/ledger` are made of."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    Asset,
)
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import CURRENCIES, Money, Quantity
from tongbao.kernel.money_schema import AmountText, refusal

AssetCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9:._-]{1,24}/(\d|1[0-2])$", description="symbol/scale", examples=["CNY/2"]
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_.]*$")]
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=64)],
        Annotated[str, Field(max_length=500)],
    ],
    Field(max_length=domain.METADATA_MAX),
]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class AmountShape(Shape):
    """An amount of an asset."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": "12.50", "asset": "CNY/2"}]}
    )

    amount: AmountText
    asset: AssetCode

    @model_validator(mode="after")
    def _check_scale_and_range(self) -> Self:
        try:
            self.to_amount()
        except TongbaoError as error:
            raise refusal(error) from error  # with a pointer to the posting it belongs to
        return self

    def to_amount(self) -> domain.Amount:
        """Return the amount as money, or as a quantity where the asset is no currency."""
        symbol, _, scale = self.asset.rpartition("/")
        if CURRENCIES.get(symbol) == int(scale):
            return Money.parse(self.amount, symbol)
        return Quantity.parse(self.amount, symbol, int(scale))

    @classmethod
    def of(cls, units: int, asset: Asset) -> "AmountShape":
        """Return the shape of `units` of `asset`."""
        return cls(amount=asset.text(units), asset=asset.code)
