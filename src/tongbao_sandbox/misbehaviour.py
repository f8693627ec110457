"""The wrong answers of `faults`, so that clients can be tested against each over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from tongbao_sandbox import problems
from tongbao_sandbox.faults import Fault
from tongbao_sandbox.pages import Ask, Page, items

RETRY_AFTER_SECONDS = 1
SLOW_PIECES = 20
FLOOD_BYTES_MAX = 256 * 1024 * 1024
FLOOD_ROWS = 500
_JSON = "application/json"


async def respond(request: Request, ask: Ask, fault: Fault) -> Response:
    """Return what the tax office answers while `fault` is set."""
    answer: Response
    match fault.kind:
        case "down":
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            answer = problems.DOWN.response(request, headers=headers)
        case "error":
            answer = problems.ERROR.response(request)
        case "silent":
            await asyncio.sleep(fault.seconds)
            answer = Response(ask.page().json(), media_type=_JSON)
        case "slow":
            answer = StreamingResponse(_dribble(ask.page().json(), fault.seconds), media_type=_JSON)
        case "cut_off":
            answer = _CutOff(ask.page().json(), media_type=_JSON)
        case "garbage":
            body = ask.page().json()
            answer = Response(body[: len(body) * 2 // 3], media_type=_JSON)
        case "flood":
            answer = StreamingResponse(_flood(ask), media_type=_JSON)
        case kind:
            answer = Response(_BENT[kind](ask).json(), media_type=_JSON)
    return answer


async def _dribble(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    """Yield the body in pieces with pauses, each short enough for a read timeout to miss."""
    size = max(1, len(body) // SLOW_PIECES)
    for start in range(0, len(body), size):
        yield body[start : start + size]
        await asyncio.sleep(seconds / SLOW_PIECES)


async def _flood(ask: Ask) -> AsyncIterator[bytes]:
    """Yield a page whose list of items goes on for 256 MiB."""
    start, _, _ = replace(ask.page(), items=()).json().partition(b"]")
    rows = items(ask.invoices, 0, FLOOD_ROWS) or ("null",)
    chunk = (",".join(rows) + ",").encode()
    yield start
    for _ in range(FLOOD_BYTES_MAX // len(chunk)):
        yield chunk
        await asyncio.sleep(0)  # lets the server notice that the caller has gone


class _CutOff(Response):
    """Promises the whole body, sends half of it and hangs up."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionAbortedError


def _wrong_totals(ask: Ask) -> Page:
    page = ask.page()
    return replace(page, amount_minor=page.amount_minor + 1)


def _truncated(ask: Ask) -> Page:
    page = ask.page()
    return replace(page, items=page.items[:-1])


def _repeat_page(ask: Ask) -> Page:
    page = ask.page()
    if ask.offset == 0:
        return replace(page, next=ask.cursor(ask.limit))  # so that there is a second page
    return replace(page, items=items(ask.invoices, 0, ask.limit))


def _endless(ask: Ask) -> Page:
    page = ask.page()
    rows: list[str] = []
    while len(ask.invoices) > 0 and len(rows) < ask.limit:
        start = (ask.offset + len(rows)) % len(ask.invoices)
        for row in items(ask.invoices, start, start + ask.limit - len(rows)):
            fresh_id = ask.offset + len(rows) + 1
            rows.append(f'{{"id":"{fresh_id:07d}{row[row.index(chr(34) + ",") :]}')
    return replace(page, items=tuple(rows), next=ask.cursor(ask.offset + ask.limit))


def _other_taxpayer(ask: Ask) -> Page:
    firms = ask.book.firms
    other = firms[(firms.index(ask.firm) + 1) % len(firms)]
    page = replace(ask, firm=other, invoices=ask.book.invoices(other.code)).page()
    return page if page.next is None else replace(page, next=ask.cursor(ask.offset + ask.limit))


def _malformed(ask: Ask) -> Page:
    page = ask.page()
    if not page.items:
        return replace(page, items=("null",))
    first = json.loads(page.items[0])
    first["amount"] = float(first["amount"])
    return replace(page, items=(json.dumps(first), *page.items[1:]))


_BENT: dict[str, Callable[[Ask], Page]] = {
    "wrong_totals": _wrong_totals,
    "truncated": _truncated,
    "repeat_page": _repeat_page,
    "endless": _endless,
    "other_taxpayer": _other_taxpayer,
    "malformed": _malformed,
}
