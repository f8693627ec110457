"""Messages written with a transaction, sealed until sent, bounded for each address."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from uuid import UUID

import httpx2
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, text

from tongbao.infra import crypto, keys, notify
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.jobs import JobContext
from tongbao.infra.notify import Kind, MessageGateway, Recipient, TooManyMessages, template
from tongbao.infra.notify.gateway import GatewayUnavailable, MessageRefused
from tongbao.infra.notify.jobs import RETRY, deliver
from tongbao.infra.notify.models import MessageRow
from tongbao.infra.notify.sealing import seal, unseal
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOKEN = "of-the-gateway"
CODE = template(
    "tests.code",
    version=1,
    kind=Kind.CODE,
    good_for=timedelta(minutes=5),
    secrets={"code"},
    subject=Text(zh="验证码", en="Code"),
    body=Text(zh="{what} 验证码 {code}", en="{code} is your code to {what}"),
)
NOTICE = template(
    "tests.notice",
    version=1,
    kind=Kind.NOTICE,
    good_for=timedelta(days=1),
    subject=Text(zh="提醒", en="Notice"),
    body=Text(zh="提醒", en="Notice"),
)


def somebody(channel: notify.Channel = "phone") -> Recipient:
    digits = int(token_hex(6), 16) % 10**8
    return Recipient(
        channel, f"+86139{digits:08}" if channel == "phone" else f"{token_hex(6)}@example.com"
    )


async def send_code(
    tx: WriteSession, to: Recipient, *, code: str = "314159", at: datetime = AT
) -> UUID:
    return await notify.send(
        tx,
        to=to,
        template=CODE,
        facts={"what": "log in"},
        secrets={"code": code},
        language="en",
        at=at,
    )


async def row(database: Database, message_id: UUID) -> MessageRow:
    async with database.read() as tx:
        found = await tx.scalar(select(MessageRow).where(MessageRow.id == message_id))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(create_app(messages_token=TOKEN)) as url:
        yield url


@pytest.fixture
async def outside(sandbox: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=sandbox) as client:
        await client.delete("/sandbox/faults/messages")
        yield client
        await client.delete("/sandbox/faults/messages")


@pytest.fixture
def gateway(sandbox: str) -> MessageGateway:
    made = MessageGateway(base_url=f"{sandbox}/messages", token=TOKEN, read_seconds_max=0.5)
    notify.use(made)
    return made


def context(database: Database, *, at: datetime = AT, attempt: int = 1) -> JobContext:
    return JobContext(database=database, at=at, attempt=attempt)


async def inbox(outside: httpx2.AsyncClient, to: Recipient) -> list[dict[str, str]]:
    answer = await outside.get("/messages/v1/inbox", params={"to": to.address})
    found: list[dict[str, str]] = answer.raise_for_status().json()
    return found


async def written(database: Database, to: Recipient) -> UUID:
    async with database.write() as tx:
        return await send_code(tx, to)


async def test_a_message_waits_sealed_and_its_job_knows_its_id_alone(tx: WriteSession) -> None:
    to = somebody()
    message_id = await send_code(tx, to)
    for table in ("infra_message", "procrastinate_jobs"):
        rows = (await tx.execute(text(f"SELECT t::text FROM {table} t"))).scalars().all()
        mine = [each for each in rows if str(message_id) in each]
        assert mine
        assert not [each for each in mine if to.address in each or "314159" in each]


async def test_what_is_sealed_opens_for_its_message_only(tx: WriteSession) -> None:
    one, other = new_id(), new_id()
    sealed = await seal(tx, one, {"code": "314159"})
    assert await unseal(tx, one, sealed) == {"code": "314159"}
    for message_id, changed in (
        (other, sealed),
        (one, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (one, b""),
        (one, sealed[:5]),
    ):
        with pytest.raises(crypto.SealBroken):
            await unseal(tx, message_id, changed)
    assert await seal(tx, one, {"code": "314159"}) != sealed


async def test_a_message_sealed_before_record_keys_opens(tx: WriteSession) -> None:
    message_id, nonce = new_id(), bytes([2]) * 12  # the first byte looks like a version of today
    old = nonce + AESGCM(keys.key("messages")).encrypt(
        nonce, b'{"code": "314159"}', message_id.bytes
    )
    assert await unseal(tx, message_id, old) == {"code": "314159"}
    with pytest.raises(crypto.SealBroken):
        await unseal(tx, new_id(), old)


async def test_a_message_that_was_rolled_back_was_never_written(database: Database) -> None:
    to = somebody()

    async def fails() -> None:
        async with database.write() as tx:
            await send_code(tx, to)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with database.write() as tx:
        await send_code(tx, to)  # nor does it count


@pytest.mark.parametrize("channel", ["phone", "email"])
async def test_a_message_is_sent_and_then_forgotten(
    database: Database,
    outside: httpx2.AsyncClient,
    gateway: MessageGateway,
    channel: notify.Channel,
) -> None:
    to = somebody(channel)
    message_id = await written(database, to)
    await deliver(context(database), message_id=str(message_id))
    (arrived,) = await inbox(outside, to)
    assert arrived["text"] == "314159 is your code to log in"
    assert arrived["subject"] == (None if channel == "phone" else "Code")
    stored = await row(database, message_id)
    assert (stored.state, stored.sealed, stored.attempts) == ("sent", None, 1)
    assert stored.gateway_reference == arrived["reference"]
    await deliver(context(database), message_id=str(message_id))
    assert len(await inbox(outside, to)) == 1


async def test_a_job_run_twice_sends_once(
    database: Database, outside: httpx2.AsyncClient, gateway: MessageGateway
) -> None:
    to = somebody()
    message_id = str(await written(database, to))
    await asyncio.gather(*(deliver(context(database), message_id=message_id) for _ in range(3)))
    assert len(await inbox(outside, to)) == 1


@pytest.mark.parametrize("kind", ["down", "error", "silent", "garbage", "flood", "forgetful"])
async def test_a_gateway_in_trouble_is_asked_again_and_the_message_arrives_once(
    database: Database, outside: httpx2.AsyncClient, gateway: MessageGateway, kind: str
) -> None:
    to = somebody()
    message_id = str(await written(database, to))
    await outside.put("/sandbox/faults/messages", json={"kind": kind, "times": 1, "seconds": 1})
    with pytest.raises(GatewayUnavailable):
        await deliver(context(database), message_id=message_id)
    assert (await row(database, UUID(message_id))).state == "queued"
    await deliver(context(database, attempt=2), message_id=message_id)
    assert (await row(database, UUID(message_id))).state == "sent"
    await asyncio.sleep(1 if kind == "silent" else 0)
    assert len(await inbox(outside, to)) == 1


async def test_a_gateway_that_is_not_there_is_trouble() -> None:
    nowhere = MessageGateway(base_url="http://127.0.0.1:1", token=TOKEN)
    with pytest.raises(GatewayUnavailable):
        await nowhere.send_sms(new_id(), to="+8613800138000", text="x")


async def test_a_message_nobody_takes_ends_as_failed(
    database: Database, outside: httpx2.AsyncClient, gateway: MessageGateway
) -> None:
    message_id = await written(database, somebody())
    await outside.put("/sandbox/faults/messages", json={"kind": "down"})
    await deliver(context(database, attempt=RETRY.attempts_max), message_id=str(message_id))
    stored = await row(database, message_id)
    assert (stored.state, stored.sealed) == ("failed", None)


async def test_a_number_that_does_not_exist_is_not_asked_for_again(
    database: Database, outside: httpx2.AsyncClient, gateway: MessageGateway
) -> None:
    message_id = await written(database, somebody())
    await outside.put("/sandbox/faults/messages", json={"kind": "unknown_address"})
    await deliver(context(database), message_id=str(message_id))
    assert (await row(database, message_id)).state == "refused"


async def test_an_old_code_is_not_sent(
    database: Database, outside: httpx2.AsyncClient, gateway: MessageGateway
) -> None:
    to = somebody()
    message_id = await written(database, to)
    await deliver(context(database, at=AT + 5 * MINUTE), message_id=str(message_id))
    assert (await row(database, message_id)).state == "expired"
    assert await inbox(outside, to) == []


async def test_an_address_gets_codes_within_bounds(tx: WriteSession) -> None:
    to, other = somebody(), somebody()
    at = AT
    for n in range(5):
        await send_code(tx, to, at=at + n * MINUTE)
    await send_code(tx, other, at=at)
    with pytest.raises(TooManyMessages) as raised:
        await send_code(tx, to, at=at + 5 * MINUTE)
    assert raised.value.facts == {"retry_after_seconds": 55 * 60 + 1}
    await send_code(tx, to, at=at + 61 * MINUTE)


async def test_parallel_codes_count_each_other(database: Database) -> None:
    to = somebody()

    async def one() -> bool:
        try:
            async with database.write() as tx:
                await send_code(tx, to)
        except TooManyMessages:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(5)))) == 1


async def test_notices_beyond_the_bound_are_held_back_and_raise_nothing(tx: WriteSession) -> None:
    to = somebody()
    states = []
    for _ in range(12):
        message_id = await notify.send(tx, to=to, template=NOTICE, facts={}, language="zh", at=AT)
        states.append(await tx.scalar(select(MessageRow.state).where(MessageRow.id == message_id)))
    assert states == ["queued"] * 10 + ["held_back"] * 2


async def test_the_gateway_takes_a_message_once_and_refuses_strangers(
    outside: httpx2.AsyncClient, gateway: MessageGateway, sandbox: str
) -> None:
    message_id, to = new_id(), somebody()
    one = await gateway.send_sms(message_id, to=to.address, text="x")
    assert await gateway.send_sms(message_id, to=to.address, text="x") == one
    assert len(await inbox(outside, to)) == 1
    with pytest.raises(MessageRefused):
        await gateway.send_sms(message_id, to=to.address, text="another text")
    with pytest.raises(MessageRefused):
        await gateway.send_sms(new_id(), to="13800138000", text="not E.164")
    stranger = MessageGateway(base_url=f"{sandbox}/messages", token="wrong")
    with pytest.raises(GatewayUnavailable):
        await stranger.send_sms(new_id(), to=to.address, text="x")


async def test_the_inbox_page_shows_messages_as_text(
    outside: httpx2.AsyncClient, gateway: MessageGateway
) -> None:
    evil = "<script>alert(1)</script>"
    await gateway.send_email(new_id(), to=somebody("email").address, subject=evil, text=evil)
    page = await outside.get("/messages")
    assert page.status_code == 200
    assert evil not in page.text
    assert "&lt;script&gt;" in page.text


def test_masked_addresses_are_recognised_by_their_owners() -> None:
    assert notify.mask_address(Recipient("phone", "+8613812345678")) == "+86138****5678"
    assert notify.mask_address(Recipient("email", "zhang@example.com")) == "z***@example.com"


def test_a_template_is_declared_once() -> None:
    with pytest.raises(ValueError, match="two templates"):
        template(
            "tests.code",
            version=1,
            kind=Kind.NOTICE,
            good_for=timedelta(days=1),
            subject=Text(zh="另一个", en="Another"),
            body=Text(zh="另一个", en="Another"),
        )


def test_every_template_of_the_platform_renders_in_both_languages() -> None:
    import tongbao.core.identity.service  # noqa: F401, PLC0415 - declares its templates

    ours = [each for each in notify.templates() if not each.name.startswith("tests.")]
    assert len(ours) > 10
    for each in ours:
        values = dict.fromkeys(each.facts | each.secrets, "X")
        for language in ("zh", "en"):
            subject, body = each.render(language, values)
            assert subject
            assert len(body) <= 500
