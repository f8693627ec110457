"""What the shapes share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.text import Language, Text
from tongbao.products.lending.domain.application import Reason

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"
EXAMPLE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

StateName = Literal[
    "submitted",
    "collecting",
    "waiting",
    "approved",
    "refused",
    "referred",
    "accepted",
    "disbursed",
    "expired",
    "closed",
]


def words(text: Text, language: Language) -> str:
    """Return a finished text in one language."""
    return text.zh if language == "zh" else text.en


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class ReasonOut(Shape):
    """Why something was decided."""

    code: Annotated[str, Field(examples=["lending.history_too_short"])]
    text: str

    @classmethod
    def of(cls, reason: Reason, language: Language) -> "ReasonOut":
        """Return the shape of a reason."""
        return cls(code=reason.code, text=words(reason.text, language))
