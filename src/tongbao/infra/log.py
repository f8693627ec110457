"""Structured logs on standard output, with personal data and secrets masked.

Messages are constant; data go as arguments: `log.info("payment_settled", payment_id=...)`. Every
value passes `infra.masking`, whoever logs it, our own code or a library. What was bound to the
context, such as a request's id, is part of each line.
"""

import asyncio
import json
import logging
import sys
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tongbao.infra.masking import is_plain, is_secret_name, mask, mask_text
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

__all__ = ["configure", "mask", "mask_text"]

TRACEBACK: Final = "exception"
_OWN: Final = frozenset({"_from_structlog", "_record", "level", "timestamp"})  # no data of anyone's
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=repr)
_format_positional: Final = structlog.stdlib.PositionalArgumentsFormatter()
_render_stack: Final = structlog.processors.StackInfoRenderer()
ATOMIC_BYTES_MAX: Final = 4096
"""What Linux writes into a pipe in one piece (PIPE_BUF)."""
_UTC_LENGTH: Final = len("+00:00")
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


class RequestFacts(NamedTuple):
    """What the access log tells of a request; words of ours but for `request_id`."""

    method: str
    route: str
    status: int
    duration_ms: float
    problem: str | None
    actor_id: UUID | None
    request_id: str
    logger: str


class _Output:
    """Writes the lines of our own loggers; a record for the standard library's costs twice as much.

    A line and its end are one write, so that lines of several threads do not mix.
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    debug = info = warning = error = critical = exception = _write


def configure(settings: Settings) -> None:
    """Set up logging for this process, the libraries' loggers included."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    stream = sys.stdout
    renderer: Processor = (
        JsonLines(stream, tells_info=level <= logging.INFO)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )

    structlog.configure(
        processors=[_complete, renderer],
        logger_factory=lambda name="tongbao": _Output(name, stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _complete],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs every address it asks


def _complete(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Add what every line has; then nothing in it is left as it came.

    One processor and not eight: most lines have no positional arguments and no exception, and every
    request writes a line.
    """
    event = structlog.contextvars.merge_contextvars(logger, method, event)
    event = structlog.stdlib.add_log_level(logger, method, event)
    event = structlog.stdlib.add_logger_name(logger, method, event)
    if "positional_args" in event:
        event = _format_positional(logger, method, event)
    event["timestamp"] = _timestamp()
    if "stack_info" in event:
        event = _render_stack(logger, method, event)
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    return _tame_event(event)


class JsonLines:
    """Renders each event as a line of JSON.

    That of a request is put together by hand: every request has one, and it consists of words of
    ours, numbers and ids. Only the request's own id may come from outside.
    """

    def __init__(self, stream: TextIO, *, tells_info: bool) -> None:
        self._stream = stream
        self._tells_info = tells_info
        self._loop: asyncio.AbstractEventLoop | None = None  # that is to flush soon
        self._kept = 0

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> str:
        """Return the line of an event."""
        return _ENCODER.encode(event)

    def write_request(self, request: RequestFacts) -> None:
        """Write what `info("request", ...)` would."""
        if not self._tells_info:
            return
        method, route, status, duration_ms, problem, actor_id, request_id, logger = request
        self._write_soon(
            f'{{"method": "{method}", "route": "{route}", "status": {status}, '
            f'"duration_ms": {duration_ms}, "problem": {_quoted(problem)}, '
            f'"actor_id": {_quoted(actor_id)}, "event": "request", '
            f'"request_id": "{mask_text(request_id)}", "level": "info", '
            f'"logger": "{logger}", "timestamp": "{_timestamp()}"}}\n'
        )

    def _write_soon(self, line: str) -> None:
        """Write a line of ASCII with those that come until the event loop has served who is ready.

        What other processes write to the same pipe stays apart from `ATOMIC_BYTES_MAX`.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            loop.call_soon(self._served)
        if self._kept + len(line) > ATOMIC_BYTES_MAX:
            self._flush()
        self._stream.write(line)
        self._kept += len(line)

    def _served(self) -> None:
        self._loop = None
        self._flush()

    def _flush(self) -> None:
        self._kept = 0
        self._stream.flush()


def _quoted(word: object) -> str:
    return "null" if word is None else f'"{word}"'


def json_lines() -> JsonLines | None:
    """Return what writes lines of JSON, if that is how logging is set up at this moment."""
    processors = structlog.get_config()["processors"]
    last = processors[-1] if processors else None
    return last if isinstance(last, JsonLines) else None


def _timestamp() -> str:
    return now().isoformat()[:-_UTC_LENGTH] + "Z"


def _tame_event(event: EventDict) -> EventDict:
    """Mask every value, and keep it from looking like further lines or steering a terminal.

    A traceback has lines; they are indented, so that none of them looks like the start of an event.
    """
    tamed = {}
    for key, value in event.items():
        name, may_show = _name(key)
        harmless = key in _OWN or (
            may_show and (value is None or (type(value) is str and is_plain(value)))
        )
        tamed[name] = value if harmless else _tame(key, mask(key, value))
    return tamed


@lru_cache(maxsize=1_000)  # names are written in the code or few
def _name(name: str) -> tuple[str, bool]:
    """Return a name as it is written, and whether what goes under it may be shown."""
    return _escape(name), not is_secret_name(name)


def _tame(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if key == TRACEBACK:
        return "\n    ".join(_escape(line) for line in value.split("\n"))
    return _escape(value)


def _escape(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        ascii(char)[1:-1] if unicodedata.category(char) in _UNPRINTABLE else char for char in text
    )
