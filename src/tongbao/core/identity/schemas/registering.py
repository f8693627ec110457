"""API shapes of registering and of passwords."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.schemas.logging_in import Code, Fingerprint, Password

ContactText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="Mobile number (from abroad with + and country code) or e-mail address",
        examples=["13800138000", "zhang.wei@example.com"],
    ),
]


def _shown(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class ReachableAt(BaseModel):
    """A contact that a code is to be sent to."""

    model_config = _shown({"contact": "13800138000"})

    contact: ContactText


class CodeSentOut(BaseModel):
    """A message is on its way to the contact; what it says, only its owner learns."""

    model_config = ConfigDict(title="CodeSent", extra="forbid")

    id: UUID


class Confirmation(BaseModel):
    """The code that was sent to a contact."""

    model_config = _shown({"contact": "13800138000", "code": "314159"})

    contact: ContactText
    code: Code


class TicketOut(BaseModel):
    """What the next step asks for."""

    model_config = ConfigDict(title="Ticket", extra="forbid")

    ticket: str


class Registration(BaseModel):
    """Who registers."""

    model_config = _shown({"ticket": "…", "name": "张伟", "password": "********"})

    ticket: Annotated[str, Field(max_length=1_000)]
    name: Annotated[str, Field(max_length=300)]
    password: Password
    fingerprint: Fingerprint = None


class PasswordChange(BaseModel):
    """The password there was, and the one there shall be."""

    model_config = _shown({"old_password": "********", "new_password": "********"})

    old_password: Password
    new_password: Password


class PasswordReset(BaseModel):
    """The new password, and the second factor where one was asked for."""

    model_config = _shown({"challenge_id": "…", "new_password": "********"})

    challenge_id: Annotated[str, Field(max_length=100)]
    new_password: Password
    factor: Annotated[str | None, Field(pattern=r"^[a-z_]{1,32}$")] = None
    code: Annotated[str | None, Field(max_length=64)] = None
    assertion: dict[str, Any] | None = None
