"""API shapes of authenticator apps, passkeys and the payment password."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.identity.domain.passkeys import (
    NAME_LENGTH_MAX,
    AddedPasskey,
    Ceremony,
    Passkey,
)
from tongbao.core.identity.domain.qr import qr_svg
from tongbao.core.identity.domain.sessions import NewSession
from tongbao.core.identity.domain.totp import TotpSetUp
from tongbao.core.identity.schemas.recoveries import RecoveryOut
from tongbao.core.identity.schemas.step_up import Assertion, OneTimeCode, Secret, Shape


class FactorsOut(Shape):
    """What the caller has set up."""

    model_config = ConfigDict(title="Factors")

    totp: bool
    recovery_codes_left: int
    passkeys: int
    payment_password: bool
    recovery: Annotated[
        RecoveryOut | None,
        Field(description="Somebody has asked to have all of these taken away"),
    ]


class TotpSetUpOut(Shape):
    """The secret of an authenticator app: shown once."""

    model_config = ConfigDict(title="TotpSetUp")

    secret: Annotated[str, Field(description="Base 32, to be typed in where no QR code is read")]
    uri: Annotated[str, Field(description="`otpauth://totp/…`")]
    qr_svg: Annotated[str, Field(description="The same as a QR code, an SVG document")]

    @classmethod
    def of(cls, made: TotpSetUp) -> "TotpSetUpOut":
        """Return the shape of a set-up."""
        return cls(secret=made.secret, uri=made.uri, qr_svg=qr_svg(made.uri))


class TotpConfirmation(Shape):
    """The first code that the app shows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "492039"}]})

    code: OneTimeCode


class RecoveryCodesOut(Shape):
    """Codes for the day the phone is lost: each good once, shown this once.

    None where the user has some already, from another factor.
    """

    model_config = ConfigDict(title="RecoveryCodes")

    codes: list[str]


class CeremonyOut(Shape):
    """What an authenticator is to be asked, and under which id its answer is sent."""

    model_config = ConfigDict(title="PasskeyCeremony")

    ceremony_id: UUID
    options: Annotated[
        dict[str, Any], Field(description="`publicKey` of `navigator.credentials.create` or `get`")
    ]
    expires_at: datetime

    @classmethod
    def of(cls, ceremony: Ceremony, options: dict[str, Any]) -> "CeremonyOut":
        """Return the shape of a ceremony."""
        return cls(ceremony_id=ceremony.id, options=options, expires_at=ceremony.expires_at)


_UNREAL: dict[str, Any] = {
    "id": "AQID",
    "rawId": "AQID",
    "type": "public-key",
    "response": {"clientDataJSON": "e30"},
}


class PasskeyRegistration(Shape):
    """What `navigator.credentials.create` gave, and what the user calls the device."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ceremony_id": "0197c0de-0000-7000-8000-000000000001",
                    "name": "我的手机",
                    "credential": _UNREAL,
                }
            ]
        }
    )

    ceremony_id: UUID
    name: Annotated[str, Field(max_length=NAME_LENGTH_MAX * 4)]
    credential: Annotated[
        dict[str, Any], Field(description="What `navigator.credentials.create` gave, by `toJSON()`")
    ]


class PasskeyAssertion(Shape):
    """What `navigator.credentials.get` gave."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ceremony_id": "0197c0de-0000-7000-8000-000000000001",
                    "assertion": _UNREAL,
                }
            ]
        }
    )

    ceremony_id: UUID
    assertion: Assertion
    fingerprint: Annotated[
        str | None, Field(max_length=200, description="Of the device, by the page's own reckoning")
    ] = None


class PasskeyLogInOut(Shape):
    """A session has begun; the browser has its cookies."""

    model_config = ConfigDict(title="PasskeyLogIn")

    session_id: UUID
    csrf_token: Annotated[
        str, Field(description="Send it as `X-CSRF-Token` with whatever changes something")
    ]
    expires_at: datetime

    @classmethod
    def of(cls, session: NewSession) -> "PasskeyLogInOut":
        """Return the shape of a new session, without its secret."""
        return cls(
            session_id=session.session_id,
            csrf_token=session.csrf,
            expires_at=session.expires_at,
        )


class PasskeyName(Shape):
    """Another name for a passkey."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "办公室电脑"}]})

    name: Annotated[str, Field(max_length=NAME_LENGTH_MAX * 4)]


class PasskeyOut(Shape):
    """A passkey as its user sees it."""

    model_config = ConfigDict(title="Passkey")

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    backed_up: Annotated[bool, Field(description="Synchronised to other devices of the user's")]
    suspended_at: Annotated[
        datetime | None, Field(description="Since when it is refused: there may be a copy of it")
    ]

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyOut":
        """Return the shape of a passkey."""
        return cls(
            id=passkey.id,
            name=passkey.name,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
            backed_up=passkey.backed_up,
            suspended_at=passkey.suspended_at,
        )


class AddedPasskeyOut(PasskeyOut):
    """A passkey that was just added."""

    model_config = ConfigDict(title="AddedPasskey")

    recovery_codes: Annotated[
        list[str],
        Field(description="With a user's first factor; each good once, shown this once"),
    ]

    @classmethod
    def of_added(cls, added: AddedPasskey) -> "AddedPasskeyOut":
        """Return the shape of a passkey that was just added, with its recovery codes."""
        shown = PasskeyOut.of(added.passkey).model_dump()
        return cls(**shown, recovery_codes=list(added.recovery_codes))


class PasskeysOut(Shape):
    """All passkeys of the caller: there are few."""

    model_config = ConfigDict(title="Passkeys")

    items: list[PasskeyOut]


class NewPaymentPassword(Shape):
    """Six digits, and the log-in password, of which they may be no part."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"payment_password": "******", "login_password": "********"}]
        }
    )

    payment_password: Secret
    login_password: Secret
