"""API shapes of opening a firm."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.identity.schemas.members import MemberOut, Shape


class NewCompany(Shape):
    """A firm whose legal representative the caller is, as on its business licence."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "杭州云帆贸易有限公司",
                    "registration_number": "91110000600037341L",
                    "share_basis_points": 10000,
                }
            ]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=200)]
    registration_number: Annotated[
        str, Field(min_length=18, max_length=36, description="Unified social credit code, GB 32100")
    ]
    share_basis_points: Annotated[
        int | None,
        Field(
            strict=True,
            ge=0,
            le=10_000,
            description="The caller's own part of 10,000; above 7,500 it is kept, since nobody "
            "else can be a beneficial owner then",
        ),
    ] = None


class NewCompanyOut(Shape):
    """The firm that was opened, and as what the caller acts for it."""

    model_config = ConfigDict(title="OpenedCompany")

    party_id: UUID
    name: str
    registration_number: str
    membership: MemberOut
