"""The message gateway: takes SMS and e-mail, and shows them in an inbox instead of sending them."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from html import escape
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox import problems
from tongbao_sandbox.clock import now

_PAGE = Path(__file__).parent / "static" / "inbox.html"
_NOTHING = '<tr><td colspan="3">还没有消息 / Nothing yet</td></tr>'

KEPT_MAX = 1_000
SECONDS_MAX = 60
TIMES_MAX = 1_000_000
PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
KEY = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)

UNAUTHENTICATED = problems.Problem(
    "messages.unauthenticated",
    401,
    "缺少访问令牌或令牌错误",
    "The access token is missing or wrong",
)
NO_SUCH_ADDRESS = problems.Problem(
    "messages.no_such_address", 422, "没有这个号码或地址", "There is no such number or address"
)
KEY_REUSED = problems.Problem(
    "messages.key_reused", 409, "该编号已用于另一条消息", "This key belongs to another message"
)
DOWN = problems.Problem("messages.unavailable", 503, "网关维护中", "The gateway is not available")
ERROR = problems.Problem("messages.error", 500, "网关错误", "The gateway has an internal error")


class Sms(BaseModel):
    """A text message to hand over."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"to": "+8613800138000", "text": "你好"}]}
    )

    to: Annotated[str, Field(max_length=32)]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class Email(BaseModel):
    """An e-mail to hand over."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"to": "zhang@example.com", "subject": "你好", "text": "……"}]
        },
    )

    to: Annotated[str, Field(max_length=254)]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class Message(BaseModel):
    """A message in the inbox; the newest first."""

    reference: str
    key: str
    channel: Literal["sms", "email"]
    to: str
    subject: str | None
    text: str
    taken_at: str


class MessageFault(BaseModel):
    """One misbehaviour of the gateway."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "down"}]})

    kind: Literal[
        "down",  # 503
        "error",  # 500
        "silent",  # says nothing for `seconds`, then takes the message
        "forgetful",  # takes the message, and then answers 500
        "garbage",  # takes the message, answers 202 with no JSON
        "flood",  # takes the message, answers with megabytes
        "unknown_address",  # 422, as for a number that does not exist
    ]
    times: Annotated[int | None, Field(strict=True, ge=1, le=TIMES_MAX)] = None
    seconds: Annotated[float, Field(strict=True, ge=0, le=SECONDS_MAX, allow_inf_nan=False)] = 5.0


class Inbox:
    """The messages taken, the latest `KEPT_MAX` of them, and what should go wrong."""

    def __init__(self, *, token: str) -> None:
        self.token = token
        self._messages: OrderedDict[str, Message] = OrderedDict()
        self._fault: MessageFault | None = None
        self._taken = 0
        self._lock = Lock()

    def take(
        self, key: str, channel: Literal["sms", "email"], to: str, subject: str | None, text: str
    ) -> Message | None:
        """Store a message, once for each key; None if the key belongs to another message."""
        with self._lock:
            known = self._messages.get(key)
            if known is not None:
                same = (known.channel, known.to, known.subject, known.text)
                return known if same == (channel, to, subject, text) else None
            self._taken += 1
            message = Message(
                reference=f"M{self._taken:06}",
                key=key,
                channel=channel,
                to=to,
                subject=subject,
                text=text,
                taken_at=f"{now():%Y-%m-%dT%H:%M:%SZ}",
            )
            self._messages[key] = message
            if len(self._messages) > KEPT_MAX:
                self._messages.popitem(last=False)
            return message

    def list(self, to: str | None, limit: int) -> Sequence[Message]:
        """Return the newest messages, of one address or of all."""
        with self._lock:
            found = [each for each in reversed(self._messages.values()) if to in (None, each.to)]
        return found[:limit]

    def clear(self) -> None:
        """Forget every message."""
        with self._lock:
            self._messages.clear()

    def misbehave(self, fault: MessageFault | None) -> None:
        """Set a fault in place of the one before, or none."""
        with self._lock:
            self._fault = fault

    def strike(self) -> MessageFault | None:
        """Count one request; return the fault that strikes it, if one does."""
        with self._lock:
            fault = self._fault
            if fault is not None and fault.times is not None:
                left = fault.times - 1
                self._fault = fault.model_copy(update={"times": left}) if left else None
            return fault


router = APIRouter(tags=["messages"])
_Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9-]{1,64}$")]


@router.post("/messages/v1/sms", status_code=202)
async def take_sms(request: Request, sms: Sms, key: _Key) -> Response:
    """Take a text message."""
    known = PHONE.fullmatch(sms.to) is not None
    return await _take(request, key, "sms", sms.to, None, sms.text, known=known)


@router.post("/messages/v1/emails", status_code=202)
async def take_email(request: Request, email: Email, key: _Key) -> Response:
    """Take an e-mail."""
    known = email.to.count("@") == 1 and "." in email.to.partition("@")[2]
    return await _take(request, key, "email", email.to, email.subject, email.text, known=known)


@router.get("/messages/v1/inbox")
async def inbox(
    request: Request,
    to: Annotated[str | None, Query(max_length=254)] = None,
    limit: Annotated[int, Query(ge=1, le=KEPT_MAX)] = 50,
) -> list[Message]:
    """Return what was taken, the newest first; with `to`, what one address got."""
    return list(_inbox(request).list(to, limit))


@router.delete("/messages/v1/inbox", status_code=204)
async def empty(request: Request) -> Response:
    """Empty the inbox."""
    _inbox(request).clear()
    return Response(status_code=204)


@router.put("/sandbox/faults/messages", tags=["faults"])
async def put_fault(request: Request, fault: MessageFault) -> MessageFault:
    """Make the gateway misbehave."""
    _inbox(request).misbehave(fault)
    return fault


@router.delete("/sandbox/faults/messages", status_code=204, tags=["faults"])
async def clear_faults(request: Request) -> Response:
    """Make the gateway behave again."""
    _inbox(request).misbehave(None)
    return Response(status_code=204)


@router.get("/messages", include_in_schema=False)
async def page(request: Request) -> HTMLResponse:
    """Show the inbox to a person; it looks again every five seconds."""
    rows = "".join(
        f"<tr><td>{escape(each.taken_at[11:19])}</td><td>{escape(each.to)}</td>"
        f"<td>{f'<b>{escape(each.subject)}</b><br>' if each.subject else ''}"
        f"{escape(each.text)}</td></tr>"
        for each in _inbox(request).list(None, 100)
    )
    return HTMLResponse(
        _PAGE.read_text("utf-8").replace("ROWS", rows or _NOTHING),
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def _inbox(request: Request) -> Inbox:
    found: Inbox = request.app.state.inbox
    return found


async def _take(
    request: Request,
    key: str,
    channel: Literal["sms", "email"],
    to: str,
    subject: str | None,
    text: str,
    *,
    known: bool,
) -> Response:
    box = _inbox(request)
    if request.headers.get("authorization") != f"Bearer {box.token}":
        raise problems.Refused(UNAUTHENTICATED)
    fault = box.strike()
    kind = None if fault is None else fault.kind
    if kind in {"down", "error"}:
        raise problems.Refused(DOWN if kind == "down" else ERROR)
    if not known or kind == "unknown_address":
        raise problems.Refused(NO_SUCH_ADDRESS)
    if fault is not None and kind == "silent":
        await asyncio.sleep(fault.seconds)
    message = box.take(key, channel, to, subject, text)
    if message is None:
        raise problems.Refused(KEY_REUSED)
    match kind:
        case "forgetful":
            raise problems.Refused(ERROR)
        case "garbage":
            return Response(b'{"reference": ', 202, media_type="application/json")
        case "flood":
            return Response(b" " * 4_000_000, 202, media_type="application/json")
    return JSONResponse({"reference": message.reference}, 202)
