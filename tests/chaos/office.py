"""Who reconciles at the end: files with lines at fault, and breaks worked off by two people."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

from tests.chaos.neighbours import done_outside
from tests.chaos.town import CHANNELS, PASSWORD, Town
from tongbao.app import wiring
from tongbao.core.channels import service as channels
from tongbao.core.channels.service.configuration import current
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation import service as reconciliation
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id

FILE_FAULTS = ("missing_line", "changed_line", "extra_line", "doubled_line")
TOGETHER = 20


async def reconcile(town: Town) -> None:
    """Fetch the files of all days, each channel's first with every kind of line at fault."""
    database = Database.connect(town.urls.app, pool_size=2)
    try:
        with _speaking_to_channels(town, database):
            for channel in CHANNELS:
                faults = [{"kind": kind, "times": 1} for kind in FILE_FAULTS]
                await town.misbehave(channel, faults)
                for day in sorted({business_date(at) for at in _settled(town, channel)}):
                    await reconciliation.fetch_day(database, channel=channel, day=day, at=now())
                await town.misbehave(channel, [])
    finally:
        await database.close()


@contextmanager
def _speaking_to_channels(town: Town, database: Database) -> Iterator[None]:
    before = current()
    wiring.connect_channels(Settings(channels_file=town.channels_file), database)
    yield
    channels.configure(before)


def _settled(town: Town, channel: str) -> Iterator[datetime]:
    for each in town.truth(channel)["payments"]:
        if each["settled_at"] is not None:
            yield datetime.fromisoformat(each["settled_at"])


class Office:
    """Two people who may not do the one's work without the other."""

    def __init__(self, town: Town, http: httpx2.AsyncClient) -> None:
        self.town = town
        self.http = http
        self.operations: dict[str, str] = {}
        self.compliance: dict[str, str] = {}

    async def open(self) -> "Office":
        """Take both on, and open the accounts for what is nobody's: of each channel."""
        database = Database.connect(self.town.urls.app, pool_size=1)
        try:
            async with database.write() as tx:
                for role in (Role.STAFF_OPERATIONS, Role.STAFF_COMPLIANCE):
                    await identity.create_user(
                        tx,
                        login=role.value,
                        password=PASSWORD,
                        name="员工",
                        kind=UserKind.STAFF,
                        roles=[role],
                        party_ids=[],
                        at=now(),
                    )
                for channel in CHANNELS:
                    for code, category in (
                        (claims(channel), ledger.Category.ASSET),
                        (unclaimed(channel), ledger.Category.LIABILITY),
                    ):
                        await ledger.internal_account(
                            tx, code=code, asset="CNY", category=category, name=code, at=now()
                        )
        finally:
            await database.close()
        self.operations = await self.town.log_in(self.http, Role.STAFF_OPERATIONS.value)
        self.compliance = await self.town.log_in(self.http, Role.STAFF_COMPLIANCE.value)
        return self

    async def breaks(self, channel: str) -> list[dict[str, Any]]:
        """Return every open break of a channel."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        for _ in range(1_000):
            query = {"channel": channel, "open": "true", "limit": "100", **after}
            answer = await self.http.get(
                "/reconciliation/breaks", params=query, headers=self.operations
            )
            page = answer.raise_for_status().json()
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}
        raise AssertionError("pages without end")

    async def work_off(self, channel: str) -> Counter[str]:
        """Close every break of a channel; return how many there were of each kind."""
        found = await self.breaks(channel)
        whose = {each.reference: each.account_id for each in done_outside(self.town)}
        for first in range(0, len(found), TOGETHER):
            some = found[first : first + TOGETHER]
            postings = [
                {"account": self._goes_to(each, channel, whose), "amount": each["difference"]}
                for each in some
                if each["difference"]["amount"] != "0.00"
            ]
            body = {
                "breaks": [each["id"] for each in some],
                "postings": postings,
                "reason": "已与通道核实",
            }
            held = await self._post("/reconciliation/resolutions", body, self.operations)
            path = f"/proposals/{held['id']}/approval"
            await self._post(path, {"digest": held["digest"]}, self.compliance)
        assert await self.breaks(channel) == []
        return Counter(each["kind"] for each in found)

    def _goes_to(self, case: dict[str, Any], channel: str, whose: dict[str, UUID | None]) -> str:
        """Return whose the money of a break is: what a file says wrongly, the channel owes us."""
        reference = case["reference"]
        told = reference in self.town.incoming or reference.startswith("RTR-")
        if not told:
            return claims(channel)
        mine = [each for each in self.town.citizens if each.account_id == whose[reference]]
        return str(mine[0].ledger_account_id) if mine else unclaimed(channel)

    async def _post(self, path: str, body: Any, headers: dict[str, str]) -> Any:
        headers = {**headers, "Idempotency-Key": str(new_id())}
        answer = await self.http.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def suspense(self) -> dict[str, tuple[str, int]]:
        """Return what each channel has in suspense, and how many cases are open."""
        answer = await self.http.get("/reconciliation/suspense", headers=self.operations)
        items = answer.raise_for_status().json()["items"]
        return {each["channel"]: (each["balance"]["amount"], each["cases"]) for each in items}


def claims(channel: str) -> str:
    """Return the account of what a channel's file has too little or too much."""
    return f"test.chaos.claims.{channel}"


def unclaimed(channel: str) -> str:
    """Return the account of what came for nobody here and could not be sent back."""
    return f"test.chaos.unclaimed.{channel}"
