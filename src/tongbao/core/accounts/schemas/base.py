"""What all shapes of accounts share."""

from typing import Final

from pydantic import BaseModel, ConfigDict

ACCOUNT_ID: Final = "0197c0de-0000-7000-8000-000000000003"
PARTY_ID: Final = "0197c0de-0000-7000-8000-000000000001"
RESTRAINT_ID: Final = "0197c0de-0000-7000-8000-000000000009"
NUMBER: Final = "9900010000000000018"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")
