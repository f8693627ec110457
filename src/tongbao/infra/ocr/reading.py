"""The parent's side: starting the child, asking it, ending it."""

import asyncio
import json
import math
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Final, Self

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

SECONDS_MAX: Final = 60
"""For one picture, the child's start included."""
END_SECONDS_MAX: Final = 10
"""For the child's end, once it is killed."""
ANSWER_BYTES_MAX: Final = 1024 * 1024
LINES_MAX: Final = 400

_CHILD: Final = Path(__file__).with_name("child.py")
_ONE_AT_A_TIME: Final = asyncio.Semaphore(1)  # hundreds of megabytes each


class ReadingFailed(TongbaoError):
    """The child ended, or took too long."""

    code = "ocr.failed"
    kind = Kind.UNAVAILABLE
    title = Text(zh="文字识别失败", en="Text recognition failed")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text as if the picture stood straight: its middle, width and height in pixels.

    `score` is how sure the reading is, 0 to 100.
    """

    text: str
    score: int
    x: int
    y: int
    width: int
    height: int

    @property
    def left(self) -> int:
        """Where the line begins."""
        return self.x - self.width // 2

    @property
    def right(self) -> int:
        """Where the line ends."""
        return self.x + self.width // 2


def installed() -> bool:
    """Tell whether text recognition is part of this installation."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


class TextReader:
    """Reads pictures while its block lasts; one block at a time in a process."""

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await _ONE_AT_A_TIME.acquire()
        try:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(_CHILD)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
        except BaseException:
            _ONE_AT_A_TIME.release()
            raise
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        child, self._child = self._child, None
        try:
            if child is not None:
                with suppress(ProcessLookupError):
                    child.kill()
                # Not `wait`: asyncio ends that only when what the child said has been read.
                with suppress(TimeoutError):
                    await asyncio.wait_for(child.communicate(), END_SECONDS_MAX)
        finally:
            _ONE_AT_A_TIME.release()

    async def lines(self, picture: bytes, *, quarter_turns: int = 0) -> list[TextLine]:
        """Return the lines of a JPEG turned left by quarters, from the top.

        Raises `ReadingFailed`.
        """
        child = self._child
        assert child is not None, "used inside its block"
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            async with asyncio.timeout(SECONDS_MAX):
                child.stdin.write(len(picture).to_bytes(4) + bytes([quarter_turns % 4]) + picture)
                await child.stdin.drain()
                size = int.from_bytes(await child.stdout.readexactly(4))
                if size > ANSWER_BYTES_MAX:
                    raise ReadingFailed
                answer = json.loads(await child.stdout.readexactly(size))
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            raise ReadingFailed from error
        return _straightened(answer[:LINES_MAX])


def _straightened(found: list[dict[str, Any]]) -> list[TextLine]:
    """Return lines with their places turned back by the slope that most of the text has."""
    slopes = [
        math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0])
        for box in (each["box"] for each in found)
        if box[1][0] - box[0][0] > 2 * abs(box[3][1] - box[0][1])
    ]
    slope = median(slopes) if slopes else 0.0
    cos, sin = math.cos(-slope), math.sin(-slope)
    lines = []
    for each in found:
        box = each["box"]
        x, y = sum(point[0] for point in box) / 4, sum(point[1] for point in box) / 4
        lines.append(
            TextLine(
                text=each["text"],
                score=each["score"],
                x=round(x * cos - y * sin),
                y=round(x * sin + y * cos),
                width=round(math.dist(box[0], box[1])),
                height=round(math.dist(box[0], box[3])),
            )
        )
    return sorted(lines, key=lambda line: (line.y, line.x))
