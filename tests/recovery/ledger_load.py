"""Customers of the ledger over HTTP who remember what they asked for and what they were told.

Every id is the client's. What was answered with a success is acknowledged. Where no answer came,
or only that something failed, nobody knows: the client stops, to ask again under the same id.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

import httpx2

from tongbao.kernel.ids import new_id

BATCH = 20
ASSET = "CNY/2"
SERVER_ERRORS = 500


@dataclass
class Asked:
    """One request: what it is to book, by transaction id, and what was said about it."""

    path: str
    body: dict[str, Any]
    makes: dict[str, tuple[int, int]]
    """Per id: how many postings and holds the transaction has when it is whole."""
    said: Literal["acknowledged", "refused", "unknown"] = "unknown"
    detail: str = ""


@dataclass
class Client:
    """Asks for one thing after the other; each of its own, and follows up on its own."""

    http: httpx2.AsyncClient
    accounts: Sequence[str]
    cash: str
    random: Random
    asked: list[Asked] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    async def work(self, stop: asyncio.Event) -> None:
        """Ask until told to stop, or until an answer stays away."""
        for asked in self._wishes():
            if stop.is_set():
                return
            self.asked.append(asked)
            await self.ask(asked)
            if asked.said == "unknown":
                return

    async def ask(self, asked: Asked) -> None:
        """Send a request, and note what is said."""
        try:
            answer = await self.http.post(asked.path, json=asked.body)
        except httpx2.HTTPError as error:
            asked.said, asked.detail = "unknown", repr(error)
            return
        asked.detail = answer.text
        if answer.status_code >= SERVER_ERRORS:
            asked.said = "unknown"
        elif answer.is_success:
            asked.said = "acknowledged"
            for result in answer.json().get("results", []):
                assert result["status"] != "refused", result
        else:
            asked.said = "refused"

    def _wishes(self) -> Iterator[Asked]:
        while True:
            kind = self.random.random()
            if kind < 0.15 and self.held:
                yield self._resolve(self.held.pop())
            elif kind < 0.25 and self.posted:
                yield self._reverse(self.posted.pop())
            elif kind < 0.4:
                yield self._hold()
            elif kind < 0.6:
                yield self._batch()
            else:
                yield self._single()

    def _transaction(self, postings: int, **facts: object) -> dict[str, Any]:
        legs = []
        for _ in range(postings):
            debit, credit = self.random.sample(self.accounts, 2)
            if self.random.random() < 0.2:
                credit = self.cash
            amount = {"amount": f"0.{self.random.randint(1, 99):02}", "asset": ASSET}
            legs.append({"debit": debit, "credit": credit, "amount": amount})
        return {"id": str(new_id()), "type": "recovery", "postings": legs, **facts}

    def _single(self) -> Asked:
        postings = self.random.randint(1, 3)
        body = self._transaction(postings)
        self.posted.append(body["id"])
        return Asked("/ledger/transactions", body, {body["id"]: (postings, 0)})

    def _hold(self) -> Asked:
        body = self._transaction(2, kind="pending")
        self.held.append(body["id"])
        return Asked("/ledger/transactions", body, {body["id"]: (0, 2)})

    def _resolve(self, held: str) -> Asked:
        body: dict[str, Any] = {"id": str(new_id())}
        path = f"/ledger/transactions/{held}"
        if self.random.random() < 0.5:
            return Asked(f"{path}/void", body, {body["id"]: (0, 0)})
        if self.random.random() < 0.5:
            part = {"ordinal": 2, "amount": {"amount": "0.01", "asset": ASSET}}
            return Asked(f"{path}/capture", body | {"parts": [part]}, {body["id"]: (1, 0)})
        return Asked(f"{path}/capture", body, {body["id"]: (2, 0)})

    def _reverse(self, posted: str) -> Asked:
        body: dict[str, Any] = {"id": str(new_id())}
        part = {"ordinal": 1, "amount": {"amount": "0.01", "asset": ASSET}}
        path = f"/ledger/transactions/{posted}/reversal"
        return Asked(path, body | {"parts": [part]}, {body["id"]: (1, 0)})

    def _batch(self) -> Asked:
        atomic = self.random.random() < 0.5
        items = [self._transaction(1) for _ in range(BATCH)]
        body = {"atomic": atomic, "transactions": items}
        return Asked("/ledger/batches", body, {item["id"]: (1, 0) for item in items})


def told(clients: Sequence[Client]) -> Counter[str]:
    """Count the answers of all clients."""
    return Counter(asked.said for client in clients for asked in client.asked)
