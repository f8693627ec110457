"""Business registry, identity bureau and face service."""

from base64 import b64encode
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field, StringConstraints

from tongbao.core.parties.domain.checks import (
    BureauResult,
    CheckUntrustworthy,
    FaceAnswer,
    RegistryEntry,
    Service,
    Standing,
)
from tongbao.core.parties.gateways.asking import Asker, AskingLimits, NotThere, Wire
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import Money

Words = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Day = Annotated[IsoDate, Field(strict=False)]
Percent = Annotated[int, Field(ge=0, le=100)]


class _Entry(Wire):
    registration_number: Number
    name: Name
    legal_form: Name
    legal_representative: Name
    registered_capital: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,14}\.[0-9]{2}$")] | None
    founded_on: Day
    valid_until: Day | None
    status: Literal["in_operation", "abnormal", "revoked", "cancelled"]
    business_scope: Words


class BusinessRegistryGateway:
    """The national register of organisations."""

    def __init__(self, *, base_url: str, token: str, limits: AskingLimits | None = None) -> None:
        self._asker = Asker(
            Service.BUSINESS_REGISTRY, base_url=base_url, token=token, limits=limits
        )

    async def entry(self, registration_number: str) -> RegistryEntry | None:
        """Return the entry of a number, None if there is none.

        Raises `CheckUnavailable`, `CheckUntrustworthy`.
        """
        path = f"/v1/organisations/{quote(registration_number, safe='')}"
        try:
            found = await self._asker.ask("GET", path, _Entry)
        except NotThere:
            return None
        if found.registration_number != registration_number:
            raise CheckUntrustworthy(service=Service.BUSINESS_REGISTRY, cause="other subject")
        capital = found.registered_capital
        return RegistryEntry(
            registration_number=found.registration_number,
            name=found.name,
            legal_form=found.legal_form,
            legal_representative=found.legal_representative,
            registered_capital=None if capital is None else Money.parse(capital, "CNY"),
            founded_on=found.founded_on,
            valid_until=found.valid_until,
            status=Standing(found.status),
            business_scope=found.business_scope,
        )


class _Identity(Wire):
    id_number: Number
    result: Literal["match", "mismatch", "unknown"]


class IdentityBureauGateway:
    """Whoever knows which number belongs to which name."""

    def __init__(self, *, base_url: str, token: str, limits: AskingLimits | None = None) -> None:
        self._asker = Asker(Service.IDENTITY_BUREAU, base_url=base_url, token=token, limits=limits)

    async def check(self, *, id_number: str, name: str) -> BureauResult:
        """Return whether the number belongs to the name.

        Raises `CheckUnavailable`, `CheckUntrustworthy`.
        """
        question = {"id_number": id_number, "name": name}
        try:
            found = await self._asker.ask("POST", "/v1/identity-checks", _Identity, question)
        except NotThere:
            raise CheckUntrustworthy(service=Service.IDENTITY_BUREAU, cause="HTTP 404") from None
        if found.id_number != id_number:
            raise CheckUntrustworthy(service=Service.IDENTITY_BUREAU, cause="other subject")
        return BureauResult(found.result)


class _Faces(Wire):
    id_number: Number
    similarity: Percent
    liveness: Percent


class FaceGateway:
    """Compares faces and tells a living one from a picture."""

    def __init__(self, *, base_url: str, token: str, limits: AskingLimits | None = None) -> None:
        self._asker = Asker(Service.FACE, base_url=base_url, token=token, limits=limits)

    async def compare(self, *, id_number: str, portrait: bytes | None, selfie: bytes) -> FaceAnswer:
        """Return how alike the selfie is to the card's picture, and how surely alive.

        Raises `CheckUnavailable`, `CheckUntrustworthy`.
        """
        question = {
            "id_number": id_number,
            "portrait": None if portrait is None else b64encode(portrait).decode(),
            "selfie": b64encode(selfie).decode(),
        }
        try:
            found = await self._asker.ask("POST", "/v1/comparisons", _Faces, question)
        except NotThere:
            raise CheckUntrustworthy(service=Service.FACE, cause="HTTP 404") from None
        if found.id_number != id_number:
            raise CheckUntrustworthy(service=Service.FACE, cause="other subject")
        return FaceAnswer(similarity=found.similarity, liveness=found.liveness)
