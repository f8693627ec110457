"""API shapes of parties."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.parties.domain import NAME_LENGTH_MAX, Party, PartyKind
from tongbao.core.parties.domain.lifecycle import Status
from tongbao.core.parties.schemas.base import Shape

_ID = "0197c0de-0000-7000-8000-000000000001"
_NUMBER = "91110000600037341L"

# Spaces around a name are dropped, so a little more than the longest name is let in.
Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2 * NAME_LENGTH_MAX,
        description=f"1 to {NAME_LENGTH_MAX} visible characters, without control characters",
        examples=["杭州云帆贸易有限公司"],
    ),
]
RegistrationNumber = Annotated[
    str,
    Field(
        min_length=1,
        max_length=36,
        description="Unified social credit code (统一社会信用代码, GB 32100-2015), 18 characters",
        examples=[_NUMBER],
    ),
]


class NewOrganisation(Shape):
    """A company or another body with a registration number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "organisation",
                    "name": "杭州云帆贸易有限公司",
                    "registration_number": _NUMBER,
                }
            ]
        }
    )

    kind: Literal["organisation"]
    name: Name
    registration_number: RegistrationNumber


class NewPerson(Shape):
    """A natural person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "person", "name": "李雷"}]})

    kind: Literal["person"]
    name: Name


NewParty = Annotated[NewOrganisation | NewPerson, Field(discriminator="kind")]


class PartyOut(Shape):
    """A person or an organisation we deal with."""

    model_config = ConfigDict(
        title="Party",
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "kind": "organisation",
                    "name": "杭州云帆贸易有限公司",
                    "registration_number": _NUMBER,
                    "registered_at": "2025-11-21T08:00:00Z",
                    "status": "active",
                    "level": 2,
                }
            ]
        },
    )

    id: UUID
    kind: PartyKind
    name: str
    registration_number: Annotated[str | None, Field(description="Null for a person")]
    registered_at: datetime
    status: Status
    level: Annotated[int, Field(ge=0, le=3, description="How well the identity is checked")]

    @classmethod
    def of(cls, party: Party) -> "PartyOut":
        """Return the shape of a party."""
        return cls(
            id=party.id,
            kind=party.kind,
            name=party.name,
            registration_number=party.registration_number,
            registered_at=party.registered_at,
            status=party.status,
            level=int(party.level),
        )
