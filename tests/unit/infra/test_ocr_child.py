"""The child that reads pictures, when it does not behave."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tongbao.infra.ocr import reading
from tongbao.infra.ocr.reading import ReadingFailed, TextReader

CHATTERS = """
import sys, time
sys.stdout.buffer.write(b"\\xff" * 8_000_000)
time.sleep(100)
"""


async def test_a_child_that_says_more_than_anybody_reads_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(CHATTERS)
    monkeypatch.setattr(reading, "_CHILD", child)
    monkeypatch.setattr(reading, "END_SECONDS_MAX", 100)  # not what ends it here
    async with asyncio.timeout(20):
        for _ in range(2):  # and the next one has its turn
            async with TextReader() as reader:
                with pytest.raises(ReadingFailed):
                    await reader.lines(b"picture")
                assert reader._child is not None
                said: Any = reader._child.stdout
                # Until it takes no more: the child's end is not seen then either.
                while not said._paused:  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(0.01)
