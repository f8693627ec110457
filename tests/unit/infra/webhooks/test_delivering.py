"""From an event to a signed message at a receiver: who is told, retries, giving up, replay."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from tests.support.receiver import Receiver, answer, receiving
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.webhooks import deliveries, delivering, endpoints, fan_out
from tongbao.infra.webhooks.configuration import Configuration, Published, configure
from tongbao.infra.webhooks.errors import (
    ClientsOnly,
    EndpointNotActive,
    PeriodUnsuitable,
    TooManyEndpoints,
    TooManySecrets,
    UnknownDelivery,
    UnknownEndpoint,
    UnknownEventType,
    UrlUnsuitable,
)
from tongbao.infra.webhooks.nouns import (
    ATTEMPTS_MAX,
    DISABLED_AFTER,
    PAUSES,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    Outcome,
    pause_after,
    rest_after,
)
from tongbao.infra.webhooks.reaching import Outbound
from tongbao.kernel.clock import now
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


class Rung(Event):
    type: ClassVar[str] = "test_webhooks.rung"

    party_id: UUID
    what: str

    @property
    def subject(self) -> str:
        return str(self.party_id)


class Tolled(Rung):
    type: ClassVar[str] = "test_webhooks.tolled"


async def party_of(_tx: ReadSession, event: Rung) -> frozenset[UUID]:
    return frozenset({event.party_id})


PUBLISHED = [
    Published(
        event=kind, title=Text(zh="铃响", en="A bell"), concerns=party_of, read_any="bells:any"
    )
    for kind in (Rung, Tolled)
]


@dataclass
class Case:
    """One client with an endpoint at a receiver, and a clock the test moves."""

    database: Database
    receiver: Receiver
    at: datetime = field(default_factory=now)
    owners: dict[UUID, Actor] = field(default_factory=dict)
    secrets: dict[UUID, str] = field(default_factory=dict)

    def client(self, *permissions: str, party_id: UUID | None = None) -> Actor:
        made = Actor(
            id=new_id(),
            kind="service",
            name="ERP",
            party_ids=frozenset() if party_id is None else frozenset({party_id}),
            permissions=frozenset(permissions),
        )
        self.owners[made.id] = made
        return made

    async def active(self, _tx: ReadSession, ids: Collection[UUID]) -> Mapping[UUID, Actor]:
        return {each: self.owners[each] for each in ids if each in self.owners}

    async def endpoint(self, owner: Actor, *types: str) -> Endpoint:
        async with self.database.write() as tx:
            made, secret = await endpoints.create_endpoint(
                tx,
                owner=owner,
                url=self.receiver.url,
                types=types or [Rung.type],
                at=self.at,
            )
        self.secrets[made.id] = secret
        return made

    async def tell(self, *events: Event) -> None:
        """Append events and let the consumer read them."""
        async with self.database.write() as tx:
            await outbox.append(tx, events, at=self.at)
        consumer = fan_out.consumer(PUBLISHED)
        await outbox.Relay(self.database, [consumer], clock=lambda: self.at).drain()

    async def send(self, endpoint: Endpoint) -> None:
        await delivering.send_due(self.database, endpoint.id, clock=lambda: self.at)

    async def log(self, endpoint: Endpoint) -> list[Any]:
        async with self.database.read() as tx:
            page = await deliveries.list_deliveries(
                tx, endpoint_id=endpoint.id, owner_id=None, after=None, limit=100
            )
        return page.items

    async def attempts(self, delivery_id: UUID) -> list[Any]:
        async with self.database.read() as tx:
            return list((await deliveries.get_delivery(tx, delivery_id, owner_id=None))[2])

    async def known(self, endpoint: Endpoint) -> Endpoint:
        async with self.database.read() as tx:
            return await endpoints.get_endpoint(tx, endpoint.id, owner_id=None)

    def verified(self, endpoint: Endpoint, number: int = -1) -> Any:
        """Check a message as its receiver would and return what it says."""
        came = self.receiver.received[number]
        document = json.loads(came.body)
        timestamp = int(came.headers["webhook-timestamp"])
        if abs(timestamp - now().timestamp()) < 250:  # the library goes by the real clock
            Webhook(self.secrets[endpoint.id]).verify(came.body, came.headers)
        return document


@pytest.fixture
async def case(database: Database) -> AsyncIterator[Case]:
    async with receiving() as receiver:
        made = Case(database, receiver)
        configure(
            Configuration(
                published=PUBLISHED,
                owners=made.active,
                outbound=Outbound(to_loopback=True, total_seconds_max=2.0),
            )
        )
        yield made
        async with database.write() as tx:  # so that the next test's events are not told here
            ids = {"ids": list(made.owners)}
            await tx.execute(
                text("DELETE FROM infra_webhooks_endpoint WHERE owner_id = ANY(:ids)"), ids
            )


async def test_an_event_arrives_signed_and_says_what_happened(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(Rung(party_id=party_id, what="云帆"))
    await case.send(endpoint)
    (came,) = case.receiver.received
    assert came.line == "POST /hooks HTTP/1.1"
    assert came.headers["content-type"] == "application/json"
    assert "cookie" not in came.headers
    assert "authorization" not in came.headers
    document = case.verified(endpoint)
    assert document == {
        "id": came.headers["webhook-id"],
        "type": "test_webhooks.rung",
        "occurred_at": case.at.isoformat().replace("+00:00", "Z"),
        "data": {"party_id": str(party_id), "what": "云帆"},
    }
    (delivery,) = await case.log(endpoint)
    assert delivery.status is DeliveryStatus.DELIVERED
    assert delivery.message_id == document["id"]
    (attempt,) = await case.attempts(delivery.id)
    assert (attempt.outcome, attempt.status_code) == (Outcome.DELIVERED, 204)


async def test_who_is_told(case: Case) -> None:
    party_id = new_id()
    own = await case.endpoint(case.client(party_id=party_id))
    everybodys = await case.endpoint(case.client("bells:any"))
    strangers = await case.endpoint(case.client("accounts:read_any", party_id=new_id()))
    other_type = await case.endpoint(case.client(party_id=party_id), Tolled.type)
    disabled = case.client(party_id=party_id)
    silent = await case.endpoint(disabled)
    del case.owners[disabled.id]
    await case.tell(Rung(party_id=party_id, what="one"), Rung(party_id=party_id, what="two"))
    told = {
        name: len(await case.log(each))
        for name, each in {
            "own": own,
            "everybody's": everybodys,
            "stranger's": strangers,
            "other type": other_type,
            "disabled": silent,
        }.items()
    }
    assert told == {"own": 2, "everybody's": 2, "stranger's": 0, "other type": 0, "disabled": 0}
    case.owners[disabled.id] = disabled


async def test_a_paused_endpoint_is_not_told(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    async with case.database.write() as tx:
        await endpoints.change_endpoint(
            tx,
            endpoint.id,
            owner_id=endpoint.owner_id,
            url=endpoint.url,
            types=endpoint.types,
            description="",
            status=EndpointStatus.PAUSED,
        )
    await case.tell(Rung(party_id=party_id, what="x"))
    assert await case.log(endpoint) == []


async def test_what_fails_is_tried_again_with_the_same_id_and_body(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    case.receiver.answers = [answer(500, b"sorry"), answer(302)]
    await case.tell(Rung(party_id=party_id, what="x"))
    for pause in (timedelta(), *PAUSES[:2]):
        case.at += pause + timedelta(seconds=11)
        await case.send(endpoint)
    first, second, third = case.receiver.received
    assert first.body == second.body == third.body
    assert len({each.headers["webhook-id"] for each in case.receiver.received}) == 1
    (delivery,) = await case.log(endpoint)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 3)
    outcomes = [(each.outcome, each.answer) for each in await case.attempts(delivery.id)]
    assert outcomes == [
        (Outcome.DELIVERED, ""),
        (Outcome.REDIRECTED, ""),
        (Outcome.REFUSED, "sorry"),
    ]
    assert (await case.known(endpoint)).failing_since is None


async def test_nothing_is_sent_before_it_is_due(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    case.receiver.otherwise = answer(500)
    await case.tell(Rung(party_id=party_id, what="x"))
    for _ in range(3):
        await case.send(endpoint)
    assert case.receiver.connections == 1


async def test_a_message_is_given_up_after_days(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(Rung(party_id=party_id, what="x"))
    (delivery,) = await case.log(endpoint)
    case.receiver.otherwise = answer(400)
    for number in range(1, ATTEMPTS_MAX + 1):
        async with case.database.write() as tx:  # the endpoint is well otherwise
            await tx.execute(
                text(
                    "UPDATE infra_webhooks_endpoint SET rests_until = NULL, failing_since = NULL"
                    " WHERE id = :id"
                ),
                {"id": endpoint.id},
            )
        await case.send(endpoint)
        case.at += pause_after(number) or timedelta()
    (delivery,) = await case.log(endpoint)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, ATTEMPTS_MAX)
    assert delivery.next_attempt_at is None
    assert sum(PAUSES, timedelta()) > timedelta(days=3)
    case.at += timedelta(days=1)
    await case.send(endpoint)
    assert case.receiver.connections == ATTEMPTS_MAX


async def test_where_nothing_arrives_for_days_nothing_more_is_sent(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    case.receiver.otherwise = answer(503)
    began = case.at
    rounds = 0
    while case.at - began <= DISABLED_AFTER + timedelta(hours=2):
        await case.tell(Rung(party_id=party_id, what=str(rounds)))
        before = case.receiver.connections
        await case.send(endpoint)
        rounds += case.receiver.connections > before
        case.at += timedelta(hours=2)
    known = await case.known(endpoint)
    assert known.status is EndpointStatus.DISABLED
    assert known.failing_since == began
    assert rounds > 30
    async with case.database.read() as tx:
        told = await tx.execute(
            text(
                "SELECT payload FROM infra_outbox WHERE type = 'webhooks.endpoint_disabled'"
                " AND subject = :id"
            ),
            {"id": str(endpoint.id)},
        )
        assert [row.payload["reason"] for row in told] == ["failing"]
    sent = case.receiver.connections
    case.at += timedelta(days=1)
    await case.send(endpoint)
    assert case.receiver.connections == sent

    async with case.database.write() as tx:
        await endpoints.change_endpoint(
            tx,
            endpoint.id,
            owner_id=endpoint.owner_id,
            url=endpoint.url,
            types=endpoint.types,
            description="mended",
            status=EndpointStatus.ACTIVE,
        )
    case.receiver.otherwise = answer(200)
    await case.send(endpoint)
    assert case.receiver.connections > sent
    assert (await case.known(endpoint)).status is EndpointStatus.ACTIVE


async def test_gone_means_gone(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    case.receiver.otherwise = answer(410)
    await case.tell(Rung(party_id=party_id, what="x"))
    await case.send(endpoint)
    assert (await case.known(endpoint)).status is EndpointStatus.DISABLED


async def test_a_dead_endpoint_costs_one_round_and_then_rests(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    case.receiver.otherwise = answer(500)
    await case.tell(*(Rung(party_id=party_id, what=str(n)) for n in range(30)))
    await case.send(endpoint)
    assert case.receiver.connections == delivering.TOGETHER_MAX
    await case.send(endpoint)
    assert case.receiver.connections == delivering.TOGETHER_MAX
    async with case.database.read() as tx:
        assert endpoint.id not in await deliveries.due_endpoints(tx, at=case.at)
        rested = case.at + rest_after(1)
        assert endpoint.id in await deliveries.due_endpoints(tx, at=rested)


async def test_much_is_sent_in_rounds(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(*(Rung(party_id=party_id, what=str(n)) for n in range(30)))
    await case.send(endpoint)
    whats = {json.loads(each.body)["data"]["what"] for each in case.receiver.received}
    assert whats == {str(n) for n in range(30)}


async def test_a_client_that_is_disabled_gets_nothing_more(case: Case) -> None:
    party_id = new_id()
    owner = case.client(party_id=party_id)
    endpoint = await case.endpoint(owner)
    await case.tell(Rung(party_id=party_id, what="x"))
    del case.owners[owner.id]
    await case.send(endpoint)
    assert case.receiver.connections == 0
    case.owners[owner.id] = owner


async def test_killed_between_sending_and_recording_it_is_sent_again(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(Rung(party_id=party_id, what="x"))

    async def dies(*_: Any, **__: Any) -> bool:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_record", dies)
        with pytest.raises(asyncio.CancelledError):
            await case.send(endpoint)
    await case.send(endpoint)
    first, second = case.receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_while_secrets_change_messages_carry_both_signatures(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    first = case.secrets[endpoint.id]
    async with case.database.write() as tx:
        second = await endpoints.rotate_secret(
            tx, endpoint.id, owner_id=endpoint.owner_id, at=case.at
        )
        with pytest.raises(TooManySecrets):
            await endpoints.rotate_secret(tx, endpoint.id, owner_id=None, at=case.at)
        with pytest.raises(UnknownEndpoint):
            await endpoints.rotate_secret(tx, endpoint.id, owner_id=new_id(), at=case.at)
    await case.tell(Rung(party_id=party_id, what="x"))
    await case.send(endpoint)
    (came,) = case.receiver.received
    for secret in (first, second):
        Webhook(secret).verify(came.body, came.headers)
    async with case.database.read() as tx:
        later = case.at + timedelta(days=1)
        assert await endpoints.good_secrets(tx, endpoint.id, at=later) == [second]
        stored = await tx.scalar(
            text("SELECT string_agg(encode(sealed, 'escape'), '') FROM infra_webhooks_secret")
        )
    assert "whsec_" not in str(stored)
    assert first.removeprefix("whsec_") not in str(stored)


async def test_one_is_sent_again_on_demand_under_its_id(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(Rung(party_id=party_id, what="x"))
    await case.send(endpoint)
    (delivery,) = await case.log(endpoint)
    async with case.database.write() as tx:
        with pytest.raises(UnknownDelivery):
            await deliveries.send_again(tx, delivery.id, owner_id=new_id(), at=case.at)
        again = await deliveries.send_again(tx, delivery.id, owner_id=endpoint.owner_id, at=case.at)
    assert again.status is DeliveryStatus.PENDING
    await case.send(endpoint)
    assert len({each.headers["webhook-id"] for each in case.receiver.received}) == 1
    assert len(case.receiver.received) == 2
    assert len(await case.attempts(delivery.id)) == 2


async def test_a_period_is_sent_again(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    began = case.at
    for hours in range(3):
        case.at = began + timedelta(hours=hours)
        await case.tell(Rung(party_id=party_id, what=str(hours)))
    await case.send(endpoint)
    assert len(case.receiver.received) == 3

    async def again(begins: datetime, ends: datetime, **more: Any) -> int:
        async with case.database.write() as tx:
            return await deliveries.send_period_again(
                tx,
                endpoint.id,
                owner_id=endpoint.owner_id,
                begins=begins,
                ends=ends,
                status=more.get("status"),
                at=case.at,
            )

    hour = timedelta(hours=1)
    assert await again(began + hour, began + 2 * hour) == 1
    await case.send(endpoint)
    assert json.loads(case.receiver.received[-1].body)["data"]["what"] == "1"
    assert len(case.receiver.received) == 4
    assert await again(began, began + 9 * hour, status=DeliveryStatus.FAILED) == 0
    with pytest.raises(PeriodUnsuitable):
        await again(began + hour, began + hour)


async def test_a_ping(case: Case) -> None:
    endpoint = await case.endpoint(case.client(party_id=new_id()))
    async with case.database.write() as tx:
        await deliveries.ping(tx, endpoint.id, owner_id=endpoint.owner_id, at=case.at)
    await case.send(endpoint)
    document = case.verified(endpoint)
    assert document["type"] == "webhooks.ping"
    assert document["data"] == {"endpoint_id": str(endpoint.id)}


async def test_nobody_reaches_what_is_another_clients(case: Case) -> None:
    party_id, stranger = new_id(), new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(Rung(party_id=party_id, what="x"))
    (delivery,) = await case.log(endpoint)
    async with case.database.write() as tx:
        for attempt in (
            endpoints.get_endpoint(tx, endpoint.id, owner_id=stranger),
            endpoints.delete_endpoint(tx, endpoint.id, owner_id=stranger),
            deliveries.ping(tx, endpoint.id, owner_id=stranger, at=AT),
            deliveries.list_deliveries(
                tx, endpoint_id=endpoint.id, owner_id=stranger, after=None, limit=1
            ),
        ):
            with pytest.raises(UnknownEndpoint):
                await attempt
        with pytest.raises(UnknownDelivery):
            await deliveries.get_delivery(tx, delivery.id, owner_id=stranger)
        assert await endpoints.list_endpoints(tx, owner_id=stranger) == []


async def test_what_cannot_be_made(case: Case) -> None:
    owner = case.client(party_id=new_id())
    person = Actor(id=new_id(), kind="staff", name="王敏")
    async with case.database.write() as tx:

        async def make(by: Actor, **changed: Any) -> None:
            facts: dict[str, Any] = {"url": case.receiver.url, "types": [Rung.type]} | changed
            await endpoints.create_endpoint(tx, owner=by, at=AT, **facts)

        with pytest.raises(ClientsOnly):
            await make(person)
        with pytest.raises(ClientsOnly):
            await make(Actor(id=new_id(), kind="service", name="a service user, no client"))
        with pytest.raises(UnknownEventType):
            await make(owner, types=["ledger.secret_thing"])
        with pytest.raises(UrlUnsuitable):
            await make(owner, url="https://169.254.169.254/latest")
        for _ in range(20):
            await make(owner)
        with pytest.raises(TooManyEndpoints):
            await make(owner)


async def test_nothing_is_sent_to_a_paused_endpoint_on_demand(case: Case) -> None:
    endpoint = await case.endpoint(case.client(party_id=new_id()))
    async with case.database.write() as tx:
        await endpoints.change_endpoint(
            tx,
            endpoint.id,
            owner_id=None,
            url=endpoint.url,
            types=endpoint.types,
            description="",
            status=EndpointStatus.PAUSED,
        )
        with pytest.raises(EndpointNotActive):
            await deliveries.ping(tx, endpoint.id, owner_id=None, at=AT)


async def test_what_is_old_is_forgotten(case: Case) -> None:
    party_id = new_id()
    endpoint = await case.endpoint(case.client(party_id=party_id))
    await case.tell(Rung(party_id=party_id, what="x"))
    await case.send(endpoint)
    (delivery,) = await case.log(endpoint)
    async with case.database.write() as tx:
        await deliveries.purge(tx, before=case.at)
        await deliveries.get_delivery(tx, delivery.id, owner_id=None)
        assert await deliveries.purge(tx, before=case.at + timedelta(seconds=1)) >= 1
        with pytest.raises(UnknownDelivery):
            await deliveries.get_delivery(tx, delivery.id, owner_id=None)


async def test_the_outbox_is_pruned_once_the_consumer_has_read(case: Case) -> None:
    party_id = new_id()
    case.at = AT - timedelta(days=3650)  # older than whatever other tests have appended
    async with case.database.write() as tx:
        await outbox.append(tx, [Rung(party_id=party_id, what="old")], at=case.at)
        kept = text("SELECT count(*) FROM infra_outbox WHERE subject = :id")
        before = case.at + timedelta(days=1)
        await outbox.prune(tx, before=before)
        assert await tx.scalar(kept, {"id": str(party_id)}) == 1, "nobody has read it"
    consumers = [fan_out.consumer(PUBLISHED)]
    await outbox.Relay(case.database, consumers).drain()
    async with case.database.write() as tx:
        await tx.execute(text("DELETE FROM infra_outbox_cursor WHERE consumer <> 'webhooks'"))
        await outbox.prune(tx, before=before)
        assert await tx.scalar(kept, {"id": str(party_id)}) == 0


def test_pauses_grow() -> None:
    assert [pause_after(n) for n in range(1, ATTEMPTS_MAX + 1)] == [*PAUSES, None]
    rests = [rest_after(n) for n in range(1, 60)]
    assert rests == sorted(rests)
    assert rests[0] == timedelta(seconds=5)
    assert rests[-1] == timedelta(hours=1)
