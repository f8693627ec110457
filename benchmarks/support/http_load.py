"""A light HTTP/1.1 client that keeps connections busy with transfers; a process of its own.

Requests are made before the clock starts, and of an answer no more is parsed than its length: on
two cores every microsecond spent here is taken from the server.

Run as a program: reads one JSON document from standard input (`host`, `port`, `connections`,
`seconds`, and `token`, `customers` and `hot`, or `payers` for payments), writes one to standard
output (`count`, `seconds`, `cpu_seconds`, `statuses`, `p50_ms`, `p99_ms`).
"""

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

import uuid_utils
import uvloop

HOT_SHARE = 0.1
READY_PER_SECOND = 8_000
"""Requests made beforehand, for each second of the load; any more are made when needed."""
AMOUNT_MAX_MAJOR = 99


@dataclass
class Load:
    """What all connections share."""

    config: dict[str, Any]
    ends_at: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(3))
    ready: list[bytes] = field(default_factory=list)

    def request(self) -> bytes:
        """Return the bytes of a transfer."""
        return self.ready.pop() if self.ready else self.make()

    def make(self) -> bytes:
        """Return the bytes of a transfer between two random accounts, or of a payment."""
        pick = self.random
        if "payers" in self.config:
            return self.payment(*pick.choice(self.config["payers"]))
        debit, credit = pick.sample(self.config["customers"], 2)
        if pick.random() < HOT_SHARE:
            credit = pick.choice(self.config["hot"])
        body = (
            f'{{"id":"{uuid_utils.uuid7()}","type":"bench.transfer","postings":[{{"debit":"{debit}",'
            f'"credit":"{credit}","amount":{{"amount":"{pick.randint(1, AMOUNT_MAX_MAJOR)}.50",'
            f'"asset":"CNY/2"}}}}]}}'
        )
        return (
            f"POST /api/v1/ledger/transactions HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {self.config['token']}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def payment(self, token: str, account: str, number: str, name: str) -> bytes:
        """Return the bytes of a payment to a payee that the payer has confirmed."""
        body = (
            f'{{"debtor_account_id":"{account}","creditor_account_number":"{number}",'
            f'"creditor_name":"{name}","amount":'
            f'{{"amount":"{self.random.randint(1, 9)}.50","currency":"CNY"}}}}'
        )
        return (
            f"POST /api/v1/payments HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {uuid_utils.uuid7()}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


class Connection(asyncio.Protocol):
    """Sends a transfer, waits for the answer, sends the next."""

    def __init__(self, load: Load, done: asyncio.Future[None]) -> None:
        self.load = load
        self.done = done
        self.buffer = b""
        self.sent_at = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)  # of another family with uvloop
        self._send()

    def _send(self) -> None:
        assert self.transport is not None
        if time.perf_counter() >= self.load.ends_at:
            self.transport.close()
            return
        request = self.load.request()
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take an answer when it is whole."""
        self.buffer += data
        head, blank, body = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self.load.latencies.append(time.perf_counter() - self.sent_at)
        self.load.statuses[head[9:12].decode()] += 1
        self.buffer = b""
        self._send()

    def connection_lost(self, _exc: Exception | None) -> None:
        """End."""
        if not self.done.done():
            self.done.set_result(None)


async def run(config: dict[str, Any]) -> dict[str, Any]:
    """Return what was measured."""
    load = Load(config)
    load.ready = [load.make() for _ in range(int(READY_PER_SECOND * config["seconds"]))]
    gc.freeze()
    loop = asyncio.get_running_loop()
    started, worked = time.perf_counter(), time.process_time()
    load.ends_at = started + config["seconds"]
    ends: list[asyncio.Future[None]] = []
    for _ in range(config["connections"]):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(
            lambda done=done: Connection(load, done),  # type: ignore[misc]
            config["host"],
            config["port"],
        )
    await asyncio.gather(*ends)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    ordered = sorted(load.latencies)
    return {
        "count": len(ordered),
        "seconds": seconds,
        "cpu_seconds": worked,
        "statuses": dict(load.statuses),
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
