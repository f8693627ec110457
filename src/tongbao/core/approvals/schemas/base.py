"""What all shapes of approvals have in common."""

from base64 import b64decode
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


def _is_base64(text: str) -> str:
    b64decode(text, validate=True)
    return text


def _base64(length: int, description: str) -> object:
    """Return how a field of so many bytes is read."""
    size = (length + 2) // 3 * 4
    pattern = r"^[A-Za-z0-9+/]+={0,2}$"
    return Field(min_length=size, max_length=size, pattern=pattern, description=description)


KeyText = Annotated[
    str, AfterValidator(_is_base64), _base64(32, "An Ed25519 public key, 32 bytes in base64")
]
SignatureText = Annotated[
    str, AfterValidator(_is_base64), _base64(64, "An Ed25519 signature, 64 bytes in base64")
]
