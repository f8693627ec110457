"""Headers that several addresses take."""

from typing import Annotated

from fastapi import Header

StepUpHeader = Annotated[
    str | None,
    Header(alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"),
]
