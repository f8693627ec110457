"""API shapes of company users."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tongbao.core.identity.domain import (
    BANDS_MAX,
    Bands,
    Invitation,
    MemberRole,
    Membership,
)
from tongbao.kernel.date_schema import IsoMoment
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode, refusal

_PARTY = "0197c0de-0000-7000-8000-000000000001"
CompanyRole = Literal["viewer", "maker", "checker", "administrator"]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class BandShape(Shape):
    """How much in one currency."""

    model_config = ConfigDict(
        title="AmountBand",
        json_schema_extra={
            "examples": [{"currency": "CNY", "amount": "50000.00", "per_day": "200000.00"}]
        },
    )

    currency: CurrencyCode
    amount: Annotated[AmountText | None, Field(description="The most; null: any amount")]
    per_day: Annotated[
        AmountText | None,
        Field(
            description="The most a maker pays alone in a business day; null: any sum; left out: "
            "as much as in one payment"
        ),
    ] = None

    def most(self) -> Money | None:
        """Return the amount; None for any."""
        return self._money(self.amount)

    def in_a_day(self) -> Money | None:
        """Return the sum of a day; None for any."""
        return self._money(self.per_day)

    def _money(self, amount: str | None) -> Money | None:
        return None if amount is None else Money.parse(amount, self.currency)


class Terms(Shape):
    """As what somebody acts for a company."""

    role: CompanyRole
    bands: Annotated[
        list[BandShape],
        Field(
            max_length=BANDS_MAX,
            description="What a maker pays alone, or a checker approves; a currency that is not "
            "here: nothing",
        ),
    ] = []
    ends_at: Annotated[IsoMoment | None, Field(description="Until when; null: open end")] = None

    @field_validator("bands")
    @classmethod
    def _once_per_currency(cls, bands: list[BandShape]) -> list[BandShape]:
        if len({band.currency for band in bands}) < len(bands):
            msg = "one band per currency"
            raise ValueError(msg)
        try:
            for band in bands:
                band.most()
                band.in_a_day()
        except TongbaoError as error:
            raise refusal(error) from error
        return bands

    def to_bands(self) -> dict[str, Money | None]:
        """Return the bands by currency."""
        return {band.currency: band.most() for band in self.bands}

    def to_day_bands(self) -> dict[str, Money | None]:
        """Return the bands by day, of those that say one."""
        said = [band for band in self.bands if "per_day" in band.model_fields_set]
        return {band.currency: band.in_a_day() for band in said}


class InvitationIn(Terms):
    """Who is invited, as what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "li.na",
                    "role": "maker",
                    "bands": [{"currency": "CNY", "amount": "50000.00"}],
                }
            ]
        }
    )

    login: Annotated[str, Field(max_length=1_000, description="A log-in name, taken or not")]


class TermsIn(Terms):
    """As what a member goes on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "checker"}]})


class AppointmentIn(Shape):
    """Who is to be a company's first administrator."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"login": "li.na", "reason": "柜面申请 2026-11"}]}
    )

    login: Annotated[str, Field(max_length=1_000)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DualControlIn(Shape):
    """Whether a second person is demanded."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"dual_control": True}]})

    dual_control: Annotated[bool, Field(strict=True)]


class MemberOut(Shape):
    """Somebody who acts for a company."""

    model_config = ConfigDict(title="Member")

    id: UUID
    user_id: UUID
    party_id: UUID
    login: str
    name: str
    role: MemberRole
    bands: list[BandShape]
    starts_at: datetime
    ends_at: datetime | None

    @classmethod
    def of(cls, member: Membership) -> "MemberOut":
        """Return the shape of a membership."""
        return cls(
            id=member.id,
            user_id=member.user_id,
            party_id=member.party_id,
            login=member.login,
            name=member.name,
            role=member.role,
            bands=shown(member.bands, member.day_bands),
            starts_at=member.starts_at,
            ends_at=member.ends_at,
        )


class CompanyOut(Shape):
    """A company's users and how it controls them."""

    model_config = ConfigDict(
        title="Company",
        json_schema_extra={"examples": [{"party_id": _PARTY, "dual_control": True, "members": []}]},
    )

    party_id: UUID
    dual_control: Annotated[bool, Field(description="Payments and users take two people")]
    members: list[MemberOut]


class InvitationOut(Shape):
    """A membership offered."""

    model_config = ConfigDict(title="Invitation")

    id: UUID
    party_id: UUID
    company: Annotated[str, Field(description="The company's name: whoever is invited knows it")]
    login: str
    role: MemberRole
    bands: list[BandShape]
    ends_at: datetime | None
    invited_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, *, company: str) -> "InvitationOut":
        """Return the shape of an invitation."""
        return cls(
            id=invitation.id,
            party_id=invitation.party_id,
            company=company,
            login=invitation.login,
            role=invitation.role,
            bands=shown(invitation.bands, invitation.day_bands),
            ends_at=invitation.ends_at,
            invited_at=invitation.invited_at,
            expires_at=invitation.expires_at,
        )


class InvitationsOut(Shape):
    """A page of memberships offered, the latest first."""

    items: list[InvitationOut]
    next: str | None


def shown(bands: Bands, day_bands: Bands) -> list[BandShape]:
    """Return bands as they are shown: with what counts by day, said or not."""
    return [
        BandShape(
            currency=currency, amount=_text(most), per_day=_text(day_bands.get(currency, most))
        )
        for currency, most in sorted(bands.items())
    ]


def _text(most: Money | None) -> str | None:
    return None if most is None else most.text
