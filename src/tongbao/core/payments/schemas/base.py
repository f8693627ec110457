"""What all shapes of payments have in common."""

from pydantic import BaseModel, ConfigDict

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")
