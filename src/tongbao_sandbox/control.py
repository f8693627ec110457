"""The sandbox's own controls: which firms there are, and what should go wrong."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from tongbao_sandbox import problems
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.faults import Fault, Faults


class FirmRow(BaseModel):
    """A firm as the sandbox knows it; `defaulted` is the truth a bank would learn later."""

    code: str
    name: str
    registration_number: str
    rating: str | None
    defaulted: bool | None


class Health(BaseModel):
    """What runs here."""

    status: str
    firms: int


router = APIRouter()


@router.get("/health", tags=["sandbox"])
async def health(request: Request) -> Health:
    """Say that the sandbox is up."""
    book: FirmBook = request.app.state.book
    return Health(status="ok", firms=len(book.firms))


@router.get("/sandbox/firms", tags=["sandbox"])
async def list_firms(request: Request) -> list[FirmRow]:
    """Return every firm of the outside world."""
    book: FirmBook = request.app.state.book
    return [
        FirmRow(
            code=firm.code,
            name=firm.name,
            registration_number=firm.registration_number,
            rating=firm.rating,
            defaulted=firm.defaulted,
        )
        for firm in book.firms
    ]


@router.get("/sandbox/faults/tax-office", tags=["faults"])
async def list_faults(request: Request) -> list[Fault]:
    """Return the faults set now, with the counts that are left."""
    faults: Faults = request.app.state.faults
    return faults.current()


@router.put(
    "/sandbox/faults/tax-office",
    tags=["faults"],
    responses={400: problems.described("Not JSON"), 422: problems.described("Not a fault")},
)
async def put_fault(request: Request, fault: Fault) -> Fault:
    """Make the tax office misbehave, for one taxpayer or for all."""
    faults: Faults = request.app.state.faults
    faults.put(fault)
    return fault


@router.delete("/sandbox/faults/tax-office", status_code=204, tags=["faults"])
async def clear_faults(request: Request) -> Response:
    """Make the tax office behave again."""
    faults: Faults = request.app.state.faults
    faults.clear()
    return Response(status_code=204)
