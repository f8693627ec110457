"""Passwords: argon2id hashes, computed in threads that stand back for everybody else.

A hash is expensive on purpose, so a storm of log-ins must not take the processor from the requests
beside it: a few at a time on the whole machine, with a rest after each, in threads of the lowest
priority, and a bounded queue before them. Whoever comes when that is full is told to come back.
"""

import asyncio
import contextlib
import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from tongbao.infra import cores
from tongbao.infra.slots import Slot
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

T = TypeVar("T")

THREADS_MAX: Final = 4  # bounds the memory: 76 MiB
WAITING_MAX: Final = 64
NICENESS: Final = 19
REST_SECONDS: Final = 0.012
# Verified when there is no user to verify, so that an unknown login takes as long as a known one.
# It is the hash of a random text nobody kept.
NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$8JFays6NjE2j0FyCxeNQzg$l1a+lT7xWOpJAjinpdNBARRT3qFCkCu/oaryzLq2Cyk"
)

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane (34 ms measured).
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class TooManyLogIns(TongbaoError):
    """More passwords wait to be checked than this process will do in good time."""

    code = "passwords.too_many_waiting"
    kind = Kind.UNAVAILABLE
    title = Text(zh="登录请求过多", en="Too many log-ins at once")
    detail = Text(zh="请稍后再试。", en="Please try again in a moment.")


def _stand_back() -> None:
    """Give the thread that calls this a slot, and the lowest priority on half of the cores.

    The same half and the same slots in every process, so that the rest is free for requests however
    many log in. Where threads have no priority or cores of their own (Linux has), slots must do.
    """
    _mine.slot = Slot(f"tongbao-argon2-{next(_numbers)}", rest_seconds=REST_SECONDS)
    with contextlib.suppress(OSError, AttributeError):
        thread = threading.get_native_id()
        mine = sorted(cores.allowed())
        os.sched_setaffinity(thread, mine[: max(1, len(mine) // 2)])
        os.setpriority(os.PRIO_PROCESS, thread, NICENESS)


_mine: Final = threading.local()
_numbers: Final = count()
_threads: Final = ThreadPoolExecutor(
    max_workers=max(1, min(THREADS_MAX, (os.cpu_count() or 2) // 2)),
    thread_name_prefix="argon2",
    initializer=_stand_back,
)
_waiting = 0


def normalised(password: str) -> str:
    """Return the password as NIST SP 800-63B 5.1.1.2 wants it hashed, whatever the keyboard."""
    return unicodedata.normalize("NFKC", password)


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. Raises `TooManyLogIns`."""
    return await _in_thread(lambda: _HASHER.hash(normalised(password)))


async def verify_password(password: str, password_hash: str) -> bool:
    """Tell whether `password` belongs to `password_hash`. Raises `TooManyLogIns`.

    Raises `argon2.exceptions.InvalidHashError` for something that is no argon2 hash.
    """
    return await _in_thread(lambda: _verify(password, password_hash))


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's; replace it at log-in."""
    return _HASHER.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, normalised(password))
    except VerifyMismatchError:
        return False


async def _in_thread(work: Callable[[], T]) -> T:
    global _waiting  # noqa: PLW0603 - a count of this process
    if _waiting >= WAITING_MAX:
        raise TooManyLogIns
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, _in_turn, work)
    finally:
        _waiting -= 1


def _in_turn(work: Callable[[], T]) -> T:
    slot: Slot = _mine.slot
    with slot.turn():
        return work()
