"""What a log line shows, and what nobody can make it show."""

import asyncio
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from io import StringIO
from typing import Any, Literal
from uuid import UUID

import pytest
import structlog

from tongbao.infra import log
from tongbao.infra.settings import Settings

FORGERIES = [
    'x\n{"event": "forged", "level": "info"}',
    "x\r\n2026-11-21T00:00:00Z [info     ] forged",
    "x\u2028forged",
    "x\u0085forged",
    "x\x1b[2K\x1b[1Aforged",
    "x\u202edegrof",
    "x\x00forged",
]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def configure(log_format: Literal["json", "console"] = "json", level: str = "info") -> Any:
    log.configure(Settings.model_validate({"log_format": log_format, "log_level": level}))
    return structlog.stdlib.get_logger("test")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_time_level_logger_and_what_was_bound(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = configure()
    structlog.contextvars.bind_contextvars(request_id="r-1")
    logger.info("payment_settled", payment_id="p-1", 备注="货款")
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "payment_settled",
        "level": "info",
        "logger": "test",
        "payment_id": "p-1",
        "request_id": "r-1",
        "备注": "货款",
    }


def test_values_are_masked_wherever_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    logger = configure()
    structlog.contextvars.bind_contextvars(token="abc")
    logger.info("called 13812345678", phone=13812345678, new_password="hunter2")
    logging.getLogger("library").warning(
        "id %s", "330102199003071234", extra={"cookie": "c00kie", "to": "li@example.com"}
    )
    try:
        raise ValueError("13812345678")  # noqa: TRY301
    except ValueError:
        logger.exception("failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("card 6222021234567890123", stacklevel=1)
    first, second, third, fourth = lines(capsys)
    assert (first["event"], first["phone"]) == ("called 138****5678", "138****5678")
    assert (first["new_password"], first["token"]) == ("***", "***")
    assert second["event"] == "id 3301**********1234"
    assert (second["cookie"], second["to"]) == ("***", "l***@example.com")
    assert "ValueError: 138****5678" in third["exception"]
    assert "6222********0123" in fourth["event"]


def test_a_traceback_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    logger = configure()
    name = "张" + "三"
    try:
        int("x")
    except ValueError:
        logger.exception("failed")
    assert name not in capsys.readouterr().out


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_value_makes_a_second_line(
    capsys: pytest.CaptureFixture[str], log_format: Literal["json", "console"], forgery: str
) -> None:
    logger = configure(log_format)
    logger.info("seen", value=forgery)
    logger.info(forgery)
    logger.info("key", **{forgery: 1})
    logging.getLogger("library").warning("%s", forgery)
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 4
    assert all(char.isprintable() for line in out.splitlines() for char in line)


def test_a_traceback_cannot_start_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    logger = configure("console")
    try:
        raise ValueError("x\n2026-11-21T00:00:00Z [info     ] forged")  # noqa: TRY301
    except ValueError:
        logger.exception("failed")
    first, *rest = capsys.readouterr().out.splitlines()
    assert "failed" in first
    assert any("forged" in line for line in rest)
    assert not any(line.startswith("2026") for line in rest)


def test_numbers_and_words_are_written_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    logger = configure()
    logger.info(
        "seen",
        status=HTTPStatus.CREATED,
        count=9_999_999_999,
        ratio=0.5,
        done=True,
        nothing=None,
        route="/api/v1/accounts/{account_id}",
        id="0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
        pin="abcd",
        phone=13812345678,
    )
    (line,) = lines(capsys)
    del line["timestamp"], line["level"], line["logger"]
    assert line == {
        "event": "seen",
        "status": 201,
        "count": 9_999_999_999,
        "ratio": 0.5,
        "done": True,
        "nothing": None,
        "route": "/api/v1/accounts/{account_id}",
        "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
        "pin": "***",
        "phone": "138****5678",
    }


def test_our_lines_and_those_of_libraries_come_in_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = configure()
    for number in range(3):
        logger.info("ours", n=number)
        logging.getLogger("library").warning("theirs")
    assert [line["event"] for line in lines(capsys)] == ["ours", "theirs"] * 3


def test_quiet_levels_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logger = configure(level="warning")
    logger.info("quiet")
    logging.getLogger("library").info("quiet")
    logger.warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


@pytest.mark.parametrize("request_id", ["0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10", "13812345678"])
@pytest.mark.parametrize("problem", [None, "ledger.insufficient_funds"])
async def test_a_requests_line_written_by_hand_is_what_it_is_as_any_event(
    capsys: pytest.CaptureFixture[str], request_id: str, problem: str | None
) -> None:
    logger = configure()
    actor_id = UUID("0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a11")
    facts = {"method": "POST", "route": "/api/v1/x/{y}", "status": 422, "duration_ms": 1.5}
    structlog.contextvars.bind_contextvars(request_id=request_id)
    logger.info("request", **facts, problem=problem, actor_id=str(actor_id))
    by_hand = log.json_lines()
    assert by_hand is not None
    by_hand.write_request(
        log.RequestFacts(
            method="POST",
            route="/api/v1/x/{y}",
            status=422,
            duration_ms=1.5,
            problem=problem,
            actor_id=actor_id,
            request_id=request_id,
            logger="test",
        )
    )
    first, second = lines(capsys)
    for line in (first, second):
        assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() == timedelta()
    assert list(first.items()) == list(second.items())
    assert first["request_id"] in {request_id, "138****5678"}


async def test_lines_of_requests_go_out_together_once_all_who_are_ready_are_served() -> None:
    stream = Slow()
    by_hand = log.JsonLines(stream, tells_info=True)
    line = log.RequestFacts("GET", "/", 200, 0.1, None, None, "r", "test")
    for _ in range(3):
        by_hand.write_request(line)
    assert stream.sent == []
    await asyncio.sleep(0)
    (sent,) = stream.sent
    assert sent.count("\n") == 3
    by_hand.write_request(line)
    await asyncio.sleep(0)
    assert len(stream.sent) == 2


async def test_no_more_go_out_together_than_a_pipe_takes_in_one_piece() -> None:
    stream = Slow()
    by_hand = log.JsonLines(stream, tells_info=True)
    for _ in range(100):
        by_hand.write_request(log.RequestFacts("GET", "/", 200, 0.1, None, None, "r", "test"))
    await asyncio.sleep(0)
    assert "".join(stream.sent).count("\n") == 100
    assert all(len(sent) <= log.ATOMIC_BYTES_MAX and sent.endswith("\n") for sent in stream.sent)


class Slow(StringIO):
    """Keeps what is written until it is flushed, as a file does."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def flush(self) -> None:
        self.sent.append(self.getvalue())
        self.seek(0)
        self.truncate()


def test_a_requests_line_has_its_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="warning")
    by_hand = log.json_lines()
    assert by_hand is not None
    by_hand.write_request(log.RequestFacts("GET", "/", 200, 0.1, None, None, "r", "test"))
    assert capsys.readouterr().out == ""


def test_only_json_is_written_by_hand() -> None:
    configure("console")
    assert log.json_lines() is None
