"""API shapes of the contacts one logs in by."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain.contacts import Channel, Reachable
from tongbao.core.identity.schemas.logging_in import Code
from tongbao.core.identity.schemas.registering import ContactText
from tongbao.infra.notify import Recipient, mask_address


class LogInContactOut(BaseModel):
    """A phone number or e-mail address that the caller has shown to be theirs."""

    model_config = ConfigDict(title="LogInContact", extra="forbid")

    id: UUID
    kind: Channel
    contact: Annotated[str, Field(description="Masked", examples=["+86138****8000"])]
    verified_at: datetime

    @classmethod
    def of(cls, found: Reachable) -> "LogInContactOut":
        """Return the shape of a contact."""
        return cls(
            id=found.id,
            kind=found.contact.channel,
            contact=mask_address(Recipient(found.contact.channel.value, found.contact.address)),
            verified_at=found.verified_at,
        )


class LogInContactsOut(BaseModel):
    """At most one phone number and one e-mail address."""

    model_config = ConfigDict(title="LogInContacts", extra="forbid")

    items: list[LogInContactOut]


class NewLogInContact(BaseModel):
    """The contact the caller wants, as a further one or in place of theirs of its kind."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"contact": "zhang.wei@example.com", "what": "add"}]},
    )

    contact: ContactText
    what: Literal["add", "replace"] = "add"


class ContactCode(BaseModel):
    """The code that was sent to the new contact."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "314159"}]})

    code: Code
