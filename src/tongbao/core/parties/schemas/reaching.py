"""API shapes of contact points, addresses and relationships."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.parties.domain.contacts import (
    LINE_LENGTH_MAX,
    Address,
    AddressKind,
    ContactKind,
    ContactPoint,
)
from tongbao.core.parties.domain.relationships import (
    BENEFICIAL_BASIS_POINTS_MIN,
    WHOLE_BASIS_POINTS,
    Relationship,
    RelationshipKind,
)
from tongbao.core.parties.schemas.base import Shape
from tongbao.kernel import masking
from tongbao.kernel.date_schema import IsoDate

_ID = "0197c0de-0000-7000-8000-000000000001"


class NewContact(Shape):
    """A phone number or an e-mail address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "phone", "value": "138 0013 8000"}]}
    )

    kind: ContactKind
    value: Annotated[
        str,
        Field(
            min_length=3,
            max_length=300,
            description="Kept in E.164; a mainland mobile number may lack its +86",
        ),
    ]


class ContactOut(Shape):
    """A phone number or an e-mail address of a party."""

    model_config = ConfigDict(title="ContactPoint")

    id: UUID
    kind: ContactKind
    value: Annotated[str, Field(description="Masked", examples=["+86138****8000"])]
    primary: bool
    verified_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, contact: ContactPoint) -> "ContactOut":
        """Return the shape of a contact point."""
        return cls(
            id=contact.id,
            kind=contact.kind,
            value=_masked(contact),
            primary=contact.primary,
            verified_at=contact.verified_at,
            created_at=contact.created_at,
        )


def _masked(contact: ContactPoint) -> str:
    mask = masking.phone if contact.kind is ContactKind.PHONE else masking.email
    return mask(contact.value)


class Contacts(Shape):
    """The contact points of a party in use."""

    items: list[ContactOut]


class NewAddress(Shape):
    """A postal address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "residence",
                    "country": "CN",
                    "region": "330106",
                    "line": "文三路 90 号",
                    "postal_code": "310012",
                }
            ]
        }
    )

    kind: AddressKind
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    region: Annotated[
        str | None, Field(pattern=r"^[1-8][0-9]{5}$", description="GB/T 2260, in China")
    ] = None
    line: Annotated[str, Field(min_length=1, max_length=2 * LINE_LENGTH_MAX)]
    postal_code: Annotated[str | None, Field(min_length=1, max_length=12)] = None


class AddressOut(Shape):
    """A postal address of a party."""

    model_config = ConfigDict(title="Address")

    id: UUID
    kind: AddressKind
    country: str
    region: str | None
    line: str
    postal_code: str | None
    created_at: datetime

    @classmethod
    def of(cls, address: Address) -> "AddressOut":
        """Return the shape of an address."""
        return cls(
            id=address.id,
            kind=address.kind,
            country=address.country,
            region=address.region,
            line=address.line,
            postal_code=address.postal_code,
            created_at=address.created_at,
        )


class Addresses(Shape):
    """The addresses of a party in use."""

    items: list[AddressOut]


class NewRelationship(Shape):
    """Somebody who comes to stand in a relation to the party."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "beneficial_owner",
                    "from_party_id": _ID,
                    "share_basis_points": 6000,
                    "since": "2024-01-01",
                }
            ]
        }
    )

    kind: RelationshipKind
    from_party_id: Annotated[UUID, Field(description="Who acts, owns or vouches")]
    share_basis_points: Annotated[
        int | None,
        Field(
            strict=True,
            ge=BENEFICIAL_BASIS_POINTS_MIN,
            le=WHOLE_BASIS_POINTS,
            description="Of 10,000; a beneficial owner's only",
        ),
    ] = None
    since: IsoDate


class RelationshipEnd(Shape):
    """When a relationship ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-06-30"}]})

    until: Annotated[IsoDate, Field(description="The first day on which it is no more")]


class RelationshipOut(Shape):
    """A relationship, from the day `since` to before the day `until`."""

    model_config = ConfigDict(title="Relationship")

    id: UUID
    kind: RelationshipKind
    from_party_id: UUID
    to_party_id: UUID
    share_basis_points: int | None
    since: date
    until: date | None

    @classmethod
    def of(cls, relationship: Relationship) -> "RelationshipOut":
        """Return the shape of a relationship."""
        return cls(
            id=relationship.id,
            kind=relationship.kind,
            from_party_id=relationship.from_party_id,
            to_party_id=relationship.to_party_id,
            share_basis_points=relationship.share_basis_points,
            since=relationship.since,
            until=relationship.until,
        )


class Relationships(Shape):
    """The relationships of a party, from either side, the latest first."""

    items: list[RelationshipOut]
