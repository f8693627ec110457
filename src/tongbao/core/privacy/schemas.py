"""API shapes."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.privacy.domain.erasure import WORDS, Hold, KeptFor
from tongbao.kernel.text import Language


class RevealedValue(BaseModel):
    """One value whole."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[str, Field(examples=["+8613800138000"])]


class RevealedFacts(BaseModel):
    """The facts of a piece of evidence, whole."""

    model_config = ConfigDict(extra="forbid")

    facts: dict[str, Any]


class HoldOut(BaseModel):
    """Something that the law keeps data for."""

    model_config = ConfigDict(title="ErasureHold", extra="forbid")

    ground: KeptFor
    reason: str
    until: Annotated[datetime | None, Field(description="null while nobody can say")]

    @classmethod
    def of(cls, hold: Hold, language: Language) -> "HoldOut":
        """Return the shape of a hold."""
        return cls(ground=hold.ground, reason=WORDS[hold.ground].say(language), until=hold.until)


class ErasureOut(BaseModel):
    """Whether data on a party can be erased, and what keeps it."""

    model_config = ConfigDict(title="ErasureOutlook", extra="forbid")

    erased: bool
    holds: list[HoldOut]
    queued_for: Annotated[
        datetime | None, Field(description="It was asked for, and is done from then on")
    ] = None
