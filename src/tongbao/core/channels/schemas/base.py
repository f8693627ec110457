"""What the shapes of channels are made of."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.channels.domain.routing import (
    CHANNEL_PATTERN,
    RULE_PATTERN,
)

TIME_PATTERN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
CHANNELS_MAX: Final = 20
Channel = Annotated[str, Field(pattern=CHANNEL_PATTERN, examples=["bank"])]
Code = Annotated[str, Field(pattern=RULE_PATTERN, examples=["large_by_bank"])]
Hour = Annotated[str, Field(pattern=TIME_PATTERN, description="In the bank's time zone")]
Because = Annotated[str, Field(min_length=1, max_length=500, description="Why")]
Words = Annotated[str, Field(min_length=1, max_length=100)]
Channels = Annotated[list[Channel], Field(max_length=CHANNELS_MAX)]
CURRENCY: Final = "CNY"


KindAsked = Literal["bank_account", "card", "wallet", "none"]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")
