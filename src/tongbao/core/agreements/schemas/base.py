"""What the shapes share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.text import Text

EXAMPLE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

Digest = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        min_length=64,
        max_length=64,
        description="SHA-256, hexadecimal",
        examples=[EXAMPLE_DIGEST],
    ),
]
Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_.]*$")]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(Shape):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    @classmethod
    def of(cls, text: Text) -> "Bilingual":
        """Return the shape of a text."""
        return cls(zh=text.zh, en=text.en)
