"""Business registry, identity bureau and face service, each with a small API of its own."""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox import problems, service_faults
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.people import Look, PeopleBook
from tongbao_sandbox.problems import Problem
from tongbao_sandbox.registrations import registration, representative

TOKEN_DEFAULT: Final = "sandbox-identity"  # noqa: S105 - a sandbox: the token is public
PICTURE_LENGTH_MAX: Final = 12 * 1024 * 1024
_NO_TOKEN: Final = Problem(
    "service.unauthenticated", 401, "缺少访问令牌或令牌错误", "The access token is missing or wrong"
)
_UNKNOWN: Final = Problem(
    "business_registry.unknown", 404, "查无此主体", "There is no such organisation"
)
_SCORES: Final[dict[Look, tuple[int, int]]] = {
    "alike": (96, 98),
    "different": (31, 97),
    "not_alive": (95, 4),
    "unsure": (72, 90),
}
_NOT_ALIVE: Final = (99, 2)


def authorise(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """Raise Refused unless the caller has the token."""
    scheme, _, token = authorization.partition(" ")
    expected: str = request.app.state.identity_token
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), expected.encode()):
        raise problems.Refused(_NO_TOKEN)


router = APIRouter(
    dependencies=[Depends(authorise)],
    responses={
        401: problems.described("No token, or a wrong one"),
        404: problems.described("Unknown"),
        422: problems.described("Not such a request"),
        500: problems.described("On demand"),
        503: problems.described("On demand"),
    },
)
listing = APIRouter(tags=["sandbox"])


class PersonRow(BaseModel):
    """A made-up person; `look` is what the face service will find."""

    name: str
    id_number: str
    sex: str
    born_on: str
    look: str


@listing.get("/sandbox/people")
async def list_people(request: Request) -> list[PersonRow]:
    """Return every person of the outside world; the first ones are there for what goes wrong."""
    book: PeopleBook = request.app.state.people
    return [
        PersonRow(
            name=each.name,
            id_number=each.id_number,
            sex=each.sex,
            born_on=each.born_on.isoformat(),
            look=each.look,
        )
        for each in book.people
    ]


def _entry(request: Request, registration_number: str) -> dict[str, Any] | None:
    book: FirmBook = request.app.state.book
    firm = book.find(registration_number)
    if firm is None:
        return None
    entry = registration(firm, request.app.state.people)
    return {
        "registration_number": entry.registration_number,
        "name": entry.name,
        "legal_form": entry.legal_form,
        "legal_representative": entry.legal_representative,
        "registered_capital": entry.registered_capital,
        "founded_on": entry.founded_on.isoformat(),
        "valid_until": entry.valid_until and entry.valid_until.isoformat(),
        "status": entry.status,
        "business_scope": entry.business_scope,
    }


@router.get("/registry/v1/organisations/{registration_number}", tags=["business registry"])
async def get_organisation(
    request: Request, registration_number: Annotated[str, Path(max_length=64)]
) -> Response:
    """Return the register's entry of an organisation."""
    document = _entry(request, registration_number)
    if document is None:
        raise problems.Refused(_UNKNOWN)
    book: FirmBook = request.app.state.book
    other = next(f for f in book.firms if f.registration_number != registration_number)
    return await service_faults.answer(
        request,
        service="business-registry",
        subject=registration_number,
        document=document,
        about_another=_entry(request, other.registration_number) or {},
    )


class IdentityQuestion(BaseModel):
    """Does this number belong to this name? In the body, so that no log of addresses has it."""

    model_config = ConfigDict(extra="forbid")

    id_number: Annotated[str, Field(max_length=18)]
    name: Annotated[str, Field(max_length=200)]


@router.post("/bureau/v1/identity-checks", tags=["identity bureau"])
async def check_identity(request: Request, question: IdentityQuestion) -> Response:
    """Say whether a number belongs to a name: match, mismatch, or unknown."""
    book: PeopleBook = request.app.state.people
    person = book.find(question.id_number)
    result = (
        "unknown" if person is None else "match" if person.name == question.name else "mismatch"
    )
    return await service_faults.answer(
        request,
        service="identity-bureau",
        subject=question.id_number,
        document={"id_number": question.id_number, "result": result},
        about_another={"id_number": "110101199001010015", "result": "match"},
    )


class Comparison(BaseModel):
    """A question: is this face alive, and the one the bureau has for this number."""

    model_config = ConfigDict(extra="forbid")

    id_number: Annotated[str, Field(max_length=18)]
    portrait: Annotated[
        str | None, Field(max_length=PICTURE_LENGTH_MAX, description="The card's side, base64")
    ] = None
    selfie: Annotated[str, Field(max_length=PICTURE_LENGTH_MAX, description="base64")]


@router.post("/face/v1/comparisons", tags=["face service"])
async def compare_faces(request: Request, comparison: Comparison) -> Response:
    """Return how alike the faces are and how surely the one is alive, each 0 to 100.

    The sandbox knows no faces: it answers from its book of people. A selfie that is the very
    picture of the card is not alive.
    """
    try:
        selfie = b64decode(comparison.selfie, validate=True)
        portrait = b64decode(comparison.portrait or "", validate=True)
    except NotBase64 as error:
        raise problems.Refused(problems.BAD_REQUEST) from error
    book: PeopleBook = request.app.state.people
    person = book.find(comparison.id_number)
    similarity, liveness = _SCORES[person.look if person else "different"]
    if hashlib.sha256(selfie).digest() == hashlib.sha256(portrait).digest():
        similarity, liveness = _NOT_ALIVE
    return await service_faults.answer(
        request,
        service="face",
        subject=comparison.id_number,
        document={
            "id_number": comparison.id_number,
            "similarity": similarity,
            "liveness": liveness,
        },
        about_another={"id_number": "110101199001010015"},
    )


@listing.get("/sandbox/registrations/{registration_number}/representative")
async def get_representative(
    request: Request, registration_number: Annotated[str, Path(max_length=64)]
) -> PersonRow:
    """Return the legal representative of a firm with the number no register would show."""
    book: FirmBook = request.app.state.book
    firm = book.find(registration_number)
    if firm is None:
        raise problems.Refused(_UNKNOWN)
    person = representative(firm, request.app.state.people)
    return PersonRow(
        name=person.name,
        id_number=person.id_number,
        sex=person.sex,
        born_on=person.born_on.isoformat(),
        look=person.look,
    )
