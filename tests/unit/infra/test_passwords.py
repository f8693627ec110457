"""How much hashing is done at a time; what a hash is, is in test_auth.py."""

import asyncio
import fcntl
import os
import threading
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tongbao.infra import passwords
from tongbao.infra.passwords import TooManyLogIns, hash_password, verify_password
from tongbao.infra.slots import Slot
from tongbao.kernel.errors import Kind

BOUND = max(1, min(passwords.THREADS_MAX, (os.cpu_count() or 2) // 2))


async def slots_of_the_threads() -> set[Path]:
    """Return the slot of each thread that hashes; it takes all of them at the same time."""
    all_there = threading.Barrier(BOUND)

    def work() -> Path:
        all_there.wait(timeout=60)
        path: Path = passwords._mine.slot.path
        return path

    return set(await asyncio.gather(*(passwords._in_thread(work) for _ in range(BOUND))))


async def test_half_the_cores_hash_at_a_time_each_in_a_slot_of_its_own() -> None:
    assert len(await slots_of_the_threads()) == BOUND
    go_on = threading.Event()
    waiting = [asyncio.create_task(passwords._in_thread(go_on.wait)) for _ in range(3 * BOUND)]
    await asyncio.sleep(0)  # all are under way, or in the queue: each has begun a thread if it may
    threads = [each for each in threading.enumerate() if each.name.startswith("argon2")]
    go_on.set()
    await asyncio.gather(*waiting)
    assert len(threads) == BOUND


async def test_a_hash_waits_for_the_other_processes_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each slot is held by a file opened anew, as another process would."""
    order: list[str] = []
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    turn = Slot.turn

    def watched(slot: Slot) -> AbstractContextManager[None]:
        loop.call_soon_threadsafe(asked.set)
        return turn(slot)

    paths = await slots_of_the_threads()
    monkeypatch.setattr(Slot, "turn", watched)
    with ExitStack() as theirs:
        for path in paths:
            file = theirs.enter_context(path.open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX)
        waiting = asyncio.create_task(hash_password("correct horse"))
        waiting.add_done_callback(lambda _: order.append("ours"))
        await asyncio.wait_for(asked.wait(), 60)
        order.append("theirs")
    assert await verify_password("correct horse", await waiting)
    assert order == ["theirs", "ours"]


async def test_who_finds_the_queue_full_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "WAITING_MAX", 2)
    go_on = threading.Event()
    waiting = [asyncio.create_task(passwords._in_thread(go_on.wait)) for _ in range(2)]
    await asyncio.sleep(0)  # both are under way, or in the queue
    with pytest.raises(TooManyLogIns):
        await hash_password("correct horse")
    go_on.set()
    assert await asyncio.gather(*waiting) == [True, True]
    assert (await hash_password("correct horse")).startswith("$argon2id$")
    assert TooManyLogIns.kind is Kind.UNAVAILABLE  # 503 with Retry-After


async def test_a_hash_stands_back_in_priority_and_cores() -> None:
    """A thread's own priority and cores, where the system has such a thing."""
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("Linux only")

    def mine() -> tuple[int, int]:
        thread = threading.get_native_id()
        return os.getpriority(os.PRIO_PROCESS, thread), len(os.sched_getaffinity(thread))

    niceness, cores = await passwords._in_thread(mine)
    assert niceness == passwords.NICENESS
    assert cores == max(1, len(os.sched_getaffinity(0)) // 2)
    assert os.getpriority(os.PRIO_PROCESS, 0) < passwords.NICENESS  # and nobody else's
