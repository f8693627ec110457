"""API shapes of policies."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from tongbao.core.approvals.domain.approvals import PolicyVersion
from tongbao.core.approvals.domain.policy import Policy
from tongbao.core.approvals.schemas.base import EXAMPLE_ID, Shape

_EXAMPLE: JsonDict = {
    "bands": [
        {"currency": "CNY", "up_to": "1000.00", "stages": []},
        {
            "currency": "CNY",
            "up_to": "500000.00",
            "stages": [{"required": 1, "roles": ["checker"]}],
        },
        {
            "currency": "CNY",
            "sequential": True,
            "stages": [
                {"required": 2, "roles": ["checker"]},
                {"required": 1, "members": [EXAMPLE_ID]},
            ],
        },
    ],
    "changes": {"stages": [{"required": 2, "roles": ["checker", "administrator"]}]},
}


class PolicyIn(Policy):
    """How many must sign what; see the module's page for every rule of it."""

    model_config = ConfigDict(title="NewApprovalPolicy", json_schema_extra={"examples": [_EXAMPLE]})

    def to_policy(self) -> Policy:
        """Return the policy as the rules know it."""
        return Policy(bands=self.bands, changes=self.changes)


class PolicyOut(Shape):
    """One version of an organisation's policy."""

    model_config = ConfigDict(title="ApprovalPolicyVersion")

    party_id: UUID
    version: int
    policy: Annotated[Policy | None, Field(description="Null: none from this version on")]
    digest: Annotated[str | None, Field(description="SHA-256 of its canonical form (RFC 8785)")]
    set_by: UUID
    set_at: datetime
    approval_id: Annotated[UUID | None, Field(description="The instruction that was signed")]

    @classmethod
    def of(cls, version: PolicyVersion) -> "PolicyOut":
        """Return the shape of a version."""
        return cls(
            party_id=version.party_id,
            version=version.version,
            policy=version.policy,
            digest=version.digest,
            set_by=version.set_by,
            set_at=version.set_at,
            approval_id=version.approval_id,
        )


class PoliciesOut(Shape):
    """The versions there were, the latest first."""

    model_config = ConfigDict(title="ApprovalPolicyVersions")

    items: list[PolicyOut]


class LiftingIn(Shape):
    """What shows that an organisation's policy can be signed by nobody any more."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"evidence": "两名复核人已离职，法定代表人持营业执照原件到场申请"}]
        }
    )

    evidence: Annotated[str, Field(min_length=10, max_length=500)]
