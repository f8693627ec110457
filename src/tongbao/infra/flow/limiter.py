"""Limits as one process keeps them, and agreeing on them with the others.

A request is judged by numbers in this process's memory: no round trip, a few microseconds. What
was let through is added up and sent to the database in one statement a few times a second, which
answers with what everybody together has let through; from then on that counts here too. So
several processes may together let through more than the limit within one interval, and less
afterwards, until the debt is paid: over time the limit holds.

Where that is too loose (logging in), a request waits for the next exchange: `admit_exactly`.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import Database
from tongbao.infra.driver import Psycopg, standalone
from tongbao.infra.flow.errors import LimitsUnknown, TooManyRequests
from tongbao.infra.flow.gcra import Policy, Verdict, judge
from tongbao.kernel.clock import now_us

INTERVAL_SECONDS: Final = 0.25
WAIT_SECONDS_MAX: Final = 2.0
AGAIN_SECONDS: Final = 1.0
KEYS_MAX: Final = 100_000
SWEEP_SECONDS: Final = 60.0
KEY_BYTES: Final = 16
KNOWN_MAX: Final = 10_000  # subjects whose key need not be worked out again

REFUSED: Final = Counter("tongbao_flow_limited", "Requests refused by a limit", ["policy"])
SHARED: Final = Gauge(
    "tongbao_flow_limits_shared",
    "Whether limits are shared with other processes: 1, or 0 while the database is away",
    multiprocess_mode="livemin",
)

# In the order of the keys, so that two processes do not wait for each other.
_EXCHANGE: Final = """
    INSERT INTO infra_flow_limit AS l (key, number_us)
    SELECT s.key, %(now)s + s.step FROM unnest(%(keys)s::bytea[], %(steps)s::bigint[])
        AS s (key, step) ORDER BY s.key
    ON CONFLICT (key) DO UPDATE
        SET number_us = greatest(l.number_us, %(now)s) + excluded.number_us - %(now)s
    RETURNING key, number_us
"""
_SWEEP: Final = "DELETE FROM infra_flow_limit WHERE number_us < %s"

_log = structlog.stdlib.get_logger(__name__)


@lru_cache(maxsize=KNOWN_MAX)
def key_of(policy_name: str, subject: str) -> bytes:
    """Return what stands for a subject outside this process: nobody reads an address from it."""
    text = f"{policy_name}\n{subject}".encode()
    return hashlib.blake2b(text, digest_size=KEY_BYTES).digest()


@dataclass(slots=True)
class _Waiter:
    """A request that waits for the next exchange."""

    key: bytes
    step_us: int
    answer: asyncio.Future[int]  # how far ahead the subject is, this request included


class Limiter:
    """Judges requests; `running` also shares with other processes."""

    def __init__(self, *, clock: Callable[[], int] = now_us) -> None:
        self._clock = clock
        self._numbers: dict[bytes, int] = {}
        self._unsent: defaultdict[bytes, int] = defaultdict(int)
        self._waiters: list[_Waiter] = []
        self._look = asyncio.Event()
        self._shared = False

    def admit(self, policy: Policy, subject: str) -> Verdict:
        """Judge by what is known here. Raises `TooManyRequests`. Fails open: needs nobody."""
        key = key_of(policy.name, subject)
        verdict, number = judge(policy, number_us=self._numbers.get(key, 0), now_us=self._clock())
        # A refused one adds nothing, yet has us ask what the others say meanwhile.
        self._unsent[key] += policy.step_us if verdict.allowed else 0
        self._look.set()
        if not verdict.allowed:
            REFUSED.labels(policy.name).inc()
            raise TooManyRequests(verdict)
        self._numbers[key] = number
        return verdict

    async def admit_exactly(self, policy: Policy, subject: str) -> Verdict:
        """Judge by what all processes have let through.

        Raises `TooManyRequests`, and `LimitsUnknown` while they cannot be asked: it fails closed.
        """
        key = key_of(policy.name, subject)
        at = self._clock()
        verdict, _ = judge(policy, number_us=self._numbers.get(key, 0), now_us=at)
        if verdict.allowed:
            answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._waiters.append(_Waiter(key, policy.step_us, answer))
            self._look.set()
            try:
                async with asyncio.timeout(WAIT_SECONDS_MAX):
                    ahead = await answer
            except (TimeoutError, ConnectionError) as error:
                raise LimitsUnknown from error
            verdict, _ = judge(policy, number_us=at + ahead - policy.step_us, now_us=at)
            if not verdict.allowed:
                self._unsent[key] -= policy.step_us  # it was counted and did not pass
                self._numbers[key] = self._numbers.get(key, 0) - policy.step_us
                self._look.set()
        if not verdict.allowed:
            REFUSED.labels(policy.name).inc()
            raise TooManyRequests(verdict)
        return verdict

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Share with other processes while the block runs."""
        task = asyncio.create_task(self._run(database))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._refuse_waiters()

    async def _run(self, database: Database) -> None:
        while True:
            try:
                async with standalone(database.engine) as connection:
                    # No commit of a limit is worth waiting for a disk.
                    await connection.execute("SET synchronous_commit = off")
                    await self._exchange_forever(connection)
            except Exception as error:  # noqa: BLE001 - whatever it is, limits go on by themselves
                if self._shared:
                    _log.warning("limits are not shared", exc_info=error)
            self._shared = False
            SHARED.set(0)
            self._refuse_waiters()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _exchange_forever(self, connection: Psycopg) -> None:
        loop = asyncio.get_running_loop()
        swept_at = loop.time()
        self._shared = True
        SHARED.set(1)
        while True:
            await self._look.wait()
            if not self._waiters:
                # Let some more come, unless somebody waits; who begins to wait meanwhile wakes us.
                self._look.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(INTERVAL_SECONDS):
                        while not self._waiters:
                            await self._look.wait()
                            if not self._waiters:
                                self._look.clear()
            self._look.clear()
            await self._exchange(connection)
            if loop.time() - swept_at > SWEEP_SECONDS:
                swept_at = loop.time()
                await connection.execute(_SWEEP, (self._clock(),))

    async def _exchange(self, connection: Psycopg) -> None:
        """Tell what was let through here, and learn what was let through everywhere."""
        sent, self._unsent = self._unsent, defaultdict(int)
        waiters, self._waiters = self._waiters, []
        steps = defaultdict(int, sent)
        for each in waiters:
            steps[each.key] += each.step_us
        at = self._clock()
        try:
            cursor = await connection.execute(
                _EXCHANGE,
                {
                    "now": at,
                    "keys": array(Kind.BYTES, list(steps)),
                    "steps": array(
                        Kind.BIGINT, [step.to_bytes(8, signed=True) for step in steps.values()]
                    ),
                },
            )
            numbers: dict[bytes, int] = dict(await cursor.fetchall())
        except BaseException:
            for key, step in sent.items():  # said again when somebody listens
                self._unsent[key] += step
            self._waiters = [each for each in waiters if not each.answer.done()] + self._waiters
            raise
        for key, number in numbers.items():
            self._numbers[key] = number + self._unsent.get(key, 0)
        self._answer(waiters, numbers, at)
        self._forget(at)

    def _answer(self, waiters: list[_Waiter], numbers: Mapping[bytes, int], at: int) -> None:
        """Tell each waiter how far ahead its subject is, as of its turn among those of one key."""
        behind: defaultdict[bytes, int] = defaultdict(int)
        for each in reversed(waiters):
            if not each.answer.done():
                each.answer.set_result(numbers[each.key] - behind[each.key] - at)
            behind[each.key] += each.step_us

    def _refuse_waiters(self) -> None:
        waiters, self._waiters = self._waiters, []
        for each in waiters:
            if not each.answer.done():
                each.answer.set_exception(ConnectionError())

    def _forget(self, at: int) -> None:
        """Bound the memory: who has nothing against them need not be remembered."""
        if len(self._numbers) <= KEYS_MAX:
            return
        self._numbers = {key: number for key, number in self._numbers.items() if number > at}
        if len(self._numbers) > KEYS_MAX:
            longest = sorted(self._numbers.items(), key=lambda each: each[1])[-KEYS_MAX // 2 :]
            self._numbers = dict(longest)
