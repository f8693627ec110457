"""What staff proposes to correct in the books."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from tongbao.core.ledger.schemas.base import Shape
from tongbao.core.ledger.schemas.transactions import ResolutionIn, TransactionIn


class ReversalIn(ResolutionIn):
    """Which booked transaction is to be reversed, all of it or the parts named."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a13",
                    "reverses": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
                }
            ]
        }
    )

    reverses: UUID


class AdjustmentIn(Shape):
    """A transaction to be booked or reversed by hand, and why: exactly one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason": "重复入账",
                    "reversal": {
                        "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a13",
                        "reverses": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
                    },
                }
            ]
        }
    )

    reason: Annotated[str, Field(min_length=1, max_length=500, description="Why")]
    transaction: TransactionIn | None = None
    reversal: ReversalIn | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "AdjustmentIn":
        if (self.transaction is None) == (self.reversal is None):
            msg = "give a transaction or a reversal"
            raise ValueError(msg)
        return self
