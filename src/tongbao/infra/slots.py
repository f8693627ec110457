"""Slots: how much heavy work all processes of one user do on this machine at a time.

A slot is a lock on a file, so a process that dies gives it back; one that is stopped keeps it until
it goes on. Between two turns a slot rests, so that even a queue without end leaves its core to
others now and then. Where there is no such file to be had, the work is done without a slot.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import Struct
from typing import Final

_MOMENT: Final = Struct("d")  # of the clock that all processes of a machine share


class Slot:
    """One slot; each thread that takes turns has an object of its own."""

    def __init__(self, name: str, *, rest_seconds: float, folder: Path | None = None) -> None:
        self.path = (folder or Path(tempfile.gettempdir())) / f"{name}-{os.geteuid()}"
        self.rest_seconds = rest_seconds
        self._file = _own_file(self.path)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the slot, and until it has rested; it is taken within the block."""
        if self._file is None:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            self._rest(self._file)
            yield
            os.pwrite(self._file, _MOMENT.pack(time.monotonic()), 0)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _rest(self, file: int) -> None:
        written = os.pread(file, _MOMENT.size, 0)
        if len(written) == _MOMENT.size:
            since = time.monotonic() - _MOMENT.unpack(written)[0]
            if 0 <= since < self.rest_seconds:  # below zero: the machine was started anew
                time.sleep(self.rest_seconds - since)


def _own_file(path: Path) -> int | None:
    """Open a file of this user's; another's might be held for ever, to keep us waiting."""
    with suppress(OSError):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if os.fstat(file).st_uid == os.geteuid():
            return file
        os.close(file)
    return None
