"""API shapes."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class RevealedValue(BaseModel):
    """One value whole."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[str, Field(examples=["+8613800138000"])]


class RevealedFacts(BaseModel):
    """The facts of a piece of evidence, whole."""

    model_config = ConfigDict(extra="forbid")

    facts: dict[str, Any]
