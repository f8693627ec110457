"""API shapes of users, for staff."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain import Role, User

StaffRole = Literal[
    "staff_operations",
    "staff_risk",
    "staff_compliance",
    "staff_service",
    "staff_marketing",
    "staff_product",
    "staff_administrator",
    "auditor",
]
Reason = Annotated[str, Field(min_length=1, max_length=500, description="Why")]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class NewStaffIn(Shape):
    """A member of staff to be created, once somebody else approves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "wang.min",
                    "name": "王敏",
                    "password": "a long first password",
                    "roles": ["staff_operations"],
                    "reason": "新员工入职",
                }
            ]
        }
    )

    login: Annotated[str, Field(max_length=1_000)]
    name: Annotated[str, Field(max_length=1_000)]
    password: Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})]
    roles: Annotated[list[StaffRole], Field(min_length=1, max_length=8)]
    person_id: Annotated[
        UUID | None, Field(description="The natural person, where registered as a party")
    ] = None
    reason: Reason


class RolesIn(Shape):
    """The roles a member of staff is to have, once somebody else approves."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"roles": ["staff_risk"], "reason": "转岗"}]}
    )

    roles: Annotated[list[StaffRole], Field(min_length=1, max_length=8)]
    reason: Reason


class ReasonIn(Shape):
    """Why a user is blocked or let in again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "离职"}]})

    reason: Reason


class SeenIn(Shape):
    """How somebody who has lost every factor was recognised, and why their account is recovered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "evidence": "柜面核验身份证原件，人脸比对一致，工单 20261122-07",
                    "reason": "手机与密码均丢失",
                }
            ]
        }
    )

    evidence: Annotated[str, Field(min_length=10, max_length=500)]
    reason: Reason


class UserOut(Shape):
    """Somebody or something that logs in."""

    model_config = ConfigDict(title="User")

    id: UUID
    login: str
    name: str
    kind: Literal["customer", "staff", "service"]
    roles: list[Role]
    party_ids: Annotated[list[UUID], Field(description="The parties a customer acts for")]
    person_id: UUID | None
    blocked: bool

    @classmethod
    def of(cls, user: User) -> "UserOut":
        """Return the shape of a user."""
        return cls(
            id=user.id,
            login=user.login,
            name=user.name,
            kind=user.kind.value,
            roles=sorted(user.roles),
            party_ids=sorted(user.party_ids),
            person_id=user.person_id,
            blocked=user.blocked,
        )
