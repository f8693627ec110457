"""API shapes of step-up."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain.step_up import (
    FACT_LENGTH_MAX,
    FACT_NAME_LENGTH_MAX,
    FACTS_MAX,
    Action,
    Proof,
    StepUpChallenge,
    StepUpToken,
)

Assertion = Annotated[
    dict[str, Any],
    Field(description="What `navigator.credentials.get` gave, by `toJSON()`"),
]
OneTimeCode = Annotated[str, Field(min_length=1, max_length=64, examples=["492039"])]
Secret = Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class ActionIn(Shape):
    """An action as `identity.step_up_required` names it in `action`."""

    kind: Annotated[str, Field(max_length=64)]
    facts: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=FACT_NAME_LENGTH_MAX)],
            Annotated[str, Field(max_length=FACT_LENGTH_MAX)],
        ],
        Field(max_length=FACTS_MAX),
    ]

    def action(self) -> Action:
        """Return what it stands for."""
        return Action(self.kind, self.facts)


class StepUpAsk(Shape):
    """Which action is to be proven, and how."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": {"kind": "identity.totp.set_up", "facts": {}}, "proof": "password"}
            ]
        }
    )

    action: ActionIn
    proof: Proof


class StepUpChallengeOut(Shape):
    """What to prove. `action_digest` is in a passkey's challenge, after 16 random bytes."""

    model_config = ConfigDict(title="StepUpChallenge")

    challenge_id: UUID
    proof: Proof
    action_digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256")]
    expires_at: datetime
    options: Annotated[
        dict[str, Any] | None,
        Field(
            description="Of a passkey: `publicKey` of `navigator.credentials.get`. "
            "Of a code: `sent_to`, masked"
        ),
    ]

    @classmethod
    def of(cls, asked: StepUpChallenge) -> "StepUpChallengeOut":
        """Return the shape of a challenge."""
        return cls(
            challenge_id=asked.id,
            proof=asked.proof,
            action_digest=asked.digest.hex(),
            expires_at=asked.expires_at,
            options=None if asked.options is None else dict(asked.options),
        )


class StepUpProof(Shape):
    """The proof that was asked for: one of `code`, `password` and `assertion`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "492039"}, {"password": "********"}]}
    )

    code: OneTimeCode | None = None
    totp: Annotated[
        OneTimeCode | None, Field(description="Beside `code`, for the proof `code_and_totp`")
    ] = None
    password: Secret | None = None
    assertion: Assertion | None = None


class StepUpTokenOut(Shape):
    """Goes with the action's request as the header `Step-Up-Token`; good once."""

    model_config = ConfigDict(title="StepUpToken")

    token: str
    expires_at: datetime

    @classmethod
    def of(cls, confirmed: StepUpToken) -> "StepUpTokenOut":
        """Return the shape of a token."""
        return cls(token=confirmed.token, expires_at=confirmed.expires_at)
