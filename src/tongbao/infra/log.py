"""Structured logs on standard output, with personal data and secrets masked.

Messages are constant; data go as arguments: `log.info("payment_settled", payment_id=...)`. Every
value passes `infra.masking`, whoever logs it, our own code or a library. What was bound to the
context, such as a request's id, is part of each line.
"""

import logging
import sys
import unicodedata
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tongbao.infra.masking import mask, mask_text
from tongbao.infra.settings import Settings

__all__ = ["configure", "mask", "mask_text"]

TRACEBACK: Final = "exception"
_OWN: Final = frozenset({"_from_structlog", "_record", "level", "timestamp"})  # no data of anyone's
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


def configure(settings: Settings) -> None:
    """Set up logging for this process, the libraries' loggers included."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _mask_event,
        _keep_on_one_line,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs every address it asks


def _mask_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: value if key in _OWN else mask(key, value) for key, value in event.items()}


def _keep_on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Make a value unable to look like further lines of the log, or to steer a terminal.

    A traceback has lines; they are indented, so that none of them looks like the start of an event.
    """
    return {_escape(key): _tame(key, value) for key, value in event.items()}


def _tame(key: str, value: object) -> object:
    if key in _OWN or not isinstance(value, str):
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
