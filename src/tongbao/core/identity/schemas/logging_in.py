"""API shapes of logging in with a browser."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain.challenges import Challenged
from tongbao.core.identity.domain.sessions import NewSession

Login = Annotated[
    str, Field(max_length=300, description="Log-in name, mobile number or e-mail address")
]
Password = Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})]
Fingerprint = Annotated[
    str | None,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the browser's traits, made by the page",
    ),
]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="Six digits")]


class LogIn(BaseModel):
    """Who wants to log in, and their password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"login": "13800138000", "password": "********"}]},
    )

    login: Login
    password: Password
    fingerprint: Fingerprint = None


class FactorAnswer(BaseModel):
    """The answer to a second factor: a code, or what an authenticator asserts."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"factor": "otp_sms", "code": "314159"}]},
    )

    factor: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$", examples=["otp_sms"])]
    code: Annotated[str | None, Field(max_length=64)] = None
    assertion: dict[str, Any] | None = None
    fingerprint: Fingerprint = None


class NewSessionOut(BaseModel):
    """A session has begun; the browser has its cookies."""

    model_config = ConfigDict(title="NewSession", extra="forbid")

    session_id: UUID
    csrf_token: Annotated[
        str, Field(description="Send it as `X-CSRF-Token` with whatever changes something")
    ]
    expires_at: datetime

    @classmethod
    def of(cls, session: NewSession) -> "NewSessionOut":
        """Return the shape of a new session, without its secret."""
        return cls(
            session_id=session.session_id,
            csrf_token=session.csrf,
            expires_at=session.expires_at,
        )


class ChallengeOut(BaseModel):
    """The password is right, and a second factor is needed."""

    model_config = ConfigDict(title="Challenge", extra="forbid")

    challenge_id: Annotated[str, Field(description="Good for one log-in; a secret")]
    factors: Annotated[list[str], Field(examples=[["otp_sms", "totp"]])]
    expires_at: datetime

    @classmethod
    def of(cls, challenged: Challenged) -> "ChallengeOut":
        """Return the shape of a challenge."""
        return cls(
            challenge_id=challenged.challenge,
            factors=list(challenged.factors),
            expires_at=challenged.expires_at,
        )


class FactorOut(BaseModel):
    """What a factor asks: where its code went, or what an authenticator is to sign."""

    model_config = ConfigDict(title="FactorAsked", extra="forbid")

    factor: str
    data: dict[str, Any]
