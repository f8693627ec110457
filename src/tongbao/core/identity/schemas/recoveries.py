"""API shapes of recovering an account whose factors are lost."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from tongbao.core.identity.domain.recoveries import Recovery
from tongbao.core.identity.schemas.logging_in import Login, Password
from tongbao.core.identity.schemas.step_up import OneTimeCode, Shape

ChallengeHandle = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class RecoveryAsk(Shape):
    """Whose factors are lost, and their password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"login": "13800138000", "password": "********"}]}
    )

    login: Login
    password: Password


class RecoveryAnswer(Shape):
    """The code that was sent for the challenge."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"challenge_id": "AbC", "factor": "otp_sms", "code": "492039"}]
        }
    )

    challenge_id: ChallengeHandle
    factor: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$", examples=["otp_sms"])]
    code: OneTimeCode


class RecoveryOut(Shape):
    """A recovery under way: complete it from `ready_at` on, and before `expires_at`."""

    model_config = ConfigDict(title="FactorRecovery")

    requested_at: datetime
    ready_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, recovery: Recovery) -> "RecoveryOut":
        """Return the shape of a recovery."""
        return cls(
            requested_at=recovery.requested_at,
            ready_at=recovery.ready_at,
            expires_at=recovery.expires_at,
        )


class CancelCode(Shape):
    """The code in the message that told of the recovery."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "7K3M-9Q2T-XW5B-H8RD"}]})

    code: Annotated[str, Field(min_length=1, max_length=64)]
