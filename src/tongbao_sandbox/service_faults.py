"""Misbehaviour on demand of the services that check identities, keep keys and send bills."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from threading import Lock
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from tongbao_sandbox.problems import Problem

SECONDS_MAX: Final = 600
FLOOD_PIECES: Final = 4_096
_PIECE: Final = b" " * 65_536

ServiceName = Literal["business-registry", "identity-bureau", "face", "kms", "billers"]
ServiceFaultKind = Literal[
    "down",  # 503
    "error",  # 500
    "silent",  # says nothing for `seconds`, then answers correctly
    "drop_before",  # closes the connection; a payment is not taken
    "cut_off",  # closes the connection in the middle of the answer
    "garbage",  # status 200, JSON that breaks off
    "malformed",  # valid JSON of the wrong shape
    "flood",  # an answer that goes on and on
    "other_subject",  # answers about somebody else
    "redirect",  # sends the caller elsewhere
    "wrong_signature",  # a correct answer under a wrong signature, where answers are signed
    "doubled",  # a payment's request comes twice
]
BEFORE: Final = frozenset({"down", "drop_before"})
"""With these a payment is not taken; with every other one it is."""

UNAVAILABLE: Final = Problem("service.unavailable", 503, "系统维护中", "The service is down")
ERROR: Final = Problem("service.error", 500, "系统错误", "The service has an internal error")


class ServiceFault(BaseModel):
    """One misbehaviour of one service."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"kind": "down", "times": 2}]},
    )

    kind: ServiceFaultKind
    subject: Annotated[
        str | None, Field(max_length=64, description="Only this number; null = all")
    ] = None
    times: Annotated[
        int | None, Field(strict=True, ge=1, le=1_000_000, description="null = always")
    ] = None
    seconds: Annotated[float, Field(strict=True, ge=0, le=SECONDS_MAX, allow_inf_nan=False)] = 5.0


class ServiceFaults:
    """The faults set now, at most one a service."""

    def __init__(self) -> None:
        self._faults: dict[str, ServiceFault] = {}
        self._lock = Lock()

    def put(self, service: str, fault: ServiceFault) -> None:
        """Set the fault of a service in place of the one before."""
        with self._lock:
            self._faults[service] = fault

    def clear(self, service: str) -> None:
        """Let a service behave again."""
        with self._lock:
            self._faults.pop(service, None)

    def strike(self, service: str, subject: str) -> ServiceFault | None:
        """Count one request; return the fault that strikes it, if one does."""
        with self._lock:
            fault = self._faults.get(service)
            if fault is None or fault.subject not in (None, subject):
                return None
            if fault.times is not None:
                if fault.times == 1:
                    del self._faults[service]
                else:
                    self._faults[service] = fault.model_copy(update={"times": fault.times - 1})
            return fault


router = APIRouter(tags=["faults"])


@router.put("/sandbox/service-faults/{service}")
async def put_service_fault(
    request: Request, service: ServiceName, fault: ServiceFault
) -> ServiceFault:
    """Make a service misbehave."""
    faults: ServiceFaults = request.app.state.service_faults
    faults.put(service, fault)
    return fault


@router.delete("/sandbox/service-faults/{service}", status_code=204)
async def clear_service_fault(request: Request, service: ServiceName) -> Response:
    """Make a service behave again."""
    faults: ServiceFaults = request.app.state.service_faults
    faults.clear(service)
    return Response(status_code=204)


async def answer(
    request: Request,
    *,
    service: ServiceName,
    subject: str,
    document: Mapping[str, Any],
    about_another: Mapping[str, Any],
) -> Response:
    """Return the answer of a service, or what a fault makes of it."""
    faults: ServiceFaults = request.app.state.service_faults
    return await made(request, faults.strike(service, subject), document, about_another)


async def made(
    request: Request,
    fault: ServiceFault | None,
    document: Mapping[str, Any],
    about_another: Mapping[str, Any],
) -> Response:
    """Return an answer, or what a fault that has struck makes of it."""
    body = json.dumps(document, ensure_ascii=False).encode()
    if fault is None or fault.kind in {"wrong_signature", "doubled"}:
        wrong = fault is not None and fault.kind == "wrong_signature"
        headers = {"X-Signature": "0" * 64} if wrong else None
        return Response(body, media_type="application/json", headers=headers)
    bent: Response
    match fault.kind:
        case "down" | "error" as kind:
            bent = (UNAVAILABLE if kind == "down" else ERROR).response(request)
        case "cut_off" | "drop_before":
            bent = _CutOff(body, media_type="application/json")
        case "garbage":
            bent = Response(body[: len(body) // 2], media_type="application/json")
        case "malformed":
            bent = JSONResponse({"result": 7, "subject": None})
        case "flood":
            bent = StreamingResponse(_flood(body), media_type="application/json")
        case "other_subject":
            bent = JSONResponse({**document, **about_another})
        case "redirect":
            bent = Response(status_code=307, headers={"Location": "http://127.0.0.1:1/"})
        case "silent":
            await asyncio.sleep(fault.seconds)
            bent = Response(body, media_type="application/json")
    return bent


async def _flood(body: bytes) -> AsyncIterator[bytes]:
    yield body[:-1]
    for _ in range(FLOOD_PIECES):
        yield _PIECE
        await asyncio.sleep(0)


class _CutOff(Response):
    """Promises the whole body, sends half of it and hangs up."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionAbortedError
