"""A new secret of the installation: what was signed with the older one goes on, for a while."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.support.keys import SECRET_KEY
from tongbao.core.identity.domain.attempts import LogInPaused, Scope
from tongbao.core.identity.domain.codes import Purpose
from tongbao.core.identity.domain.contacts import Channel, Contact, Reachable
from tongbao.core.identity.domain.registering import TicketOver
from tongbao.core.identity.models import AttemptRow
from tongbao.core.identity.service.attempts import (
    Count,
    Counted,
    count_attempt,
    count_for,
    forgive,
)
from tongbao.core.identity.service.changing_contacts import _subjects
from tongbao.core.identity.service.codes import issue_code, spend_code
from tongbao.core.identity.service.devices import device_cookie, read_device_cookie
from tongbao.core.identity.service.messages import LOG_IN_CODE
from tongbao.core.identity.service.proofs import CodeProver, step_up_code
from tongbao.core.identity.service.registering import _read_ticket, _ticket
from tongbao.infra import browser, keys, notify
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.notify import Recipient
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NEW = "another-secret-of-the-tests-and-of-nobody"


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    yield
    keys.use(SECRET_KEY)


@pytest.fixture(params=["with the older one", "alone"])
def good(request: pytest.FixtureRequest) -> bool:
    """Whether the older secret is named beside the new one."""
    return bool(request.param != "alone")


def change(good: bool) -> None:  # noqa: FBT001 - a fixture's value
    keys.use(NEW, older=SECRET_KEY if good else None)


def test_device_cookies(good: bool) -> None:  # noqa: FBT001
    browser_id = new_id()
    cookie = device_cookie(browser_id)
    change(good)
    assert read_device_cookie(cookie) == (browser_id if good else None)
    assert read_device_cookie(device_cookie(browser_id)) == browser_id


async def test_codes_under_way(tx: WriteSession, good: bool) -> None:  # noqa: FBT001
    code_id, code = await issue_code(tx, purpose=Purpose.LOG_IN, subject="a", at=AT)
    change(good)

    async def spend(tried: str) -> bool:
        return await spend_code(
            tx, code_id=code_id, purpose=Purpose.LOG_IN, subject="a", code=tried, at=AT
        )

    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert not await spend(wrong)
    assert await spend(code) == good


async def test_codes_of_step_up(tx: WriteSession, good: bool) -> None:  # noqa: FBT001
    challenge = b"c" * 32
    code = step_up_code(challenge)
    change(good)
    found = await CodeProver().check(tx, new_id(), {"code": code}, challenge, AT)
    assert found == good


def test_tickets_of_registration(good: bool) -> None:  # noqa: FBT001
    contact = Contact(Channel.PHONE, "+8613800001111")
    ticket = _ticket(contact, at=AT)
    change(good)
    if good:
        assert _read_ticket(ticket, at=AT) == contact
    else:
        with pytest.raises(TicketOver):
            _read_ticket(ticket, at=AT)


def test_tokens_of_open_pages(good: bool) -> None:  # noqa: FBT001
    session_id = new_id().bytes
    token = browser.csrf_token(session_id)
    change(good)
    assert browser._is_csrf_token(token.encode(), session_id) == good
    assert not browser._is_csrf_token(token.encode(), new_id().bytes)
    assert browser._is_csrf_token(browser.csrf_token(session_id).encode(), session_id)


async def test_counts_of_attempts_go_on(tx: WriteSession, good: bool) -> None:  # noqa: FBT001
    name = str(new_id())

    async def tried() -> Counted | LogInPaused:
        counts = [count_for(Scope.ACCOUNT, name)]
        return await count_attempt(tx, counts=counts, at=AT)

    while not isinstance(await tried(), LogInPaused):
        pass
    change(good)
    assert isinstance(await tried(), LogInPaused) == good


async def test_what_is_forgiven_does_not_come_back(tx: WriteSession) -> None:
    name = str(new_id())
    counts = [count_for(Scope.ACCOUNT, name)]
    await count_attempt(tx, counts=counts, at=AT)
    change(good=True)
    both = [count_for(Scope.ACCOUNT, name)]
    counted = await count_attempt(tx, counts=both, at=AT)
    assert isinstance(counted, Counted)
    assert await refusals(tx, both) == [2]
    await forgive(tx, counted=counted)
    assert await refusals(tx, both) == []
    await count_attempt(tx, counts=both, at=AT)
    assert await refusals(tx, both) == [1]


async def refusals(tx: WriteSession, counts: Sequence[Count]) -> list[int]:
    tags = [each.key_tag for each in counts]
    rows = await tx.scalars(select(AttemptRow.refusals).where(AttemptRow.key_tag.in_(tags)))
    return list(rows.all())


async def test_bounds_of_messages_go_on(tx: WriteSession, good: bool) -> None:  # noqa: FBT001
    to = Recipient("phone", f"+86138{new_id().int % 10**8:08}")

    async def send() -> None:
        facts = {"to": to, "template": LOG_IN_CODE, "facts": {}, "secrets": {"code": "314159"}}
        await notify.send(tx, language="zh", at=AT, **facts)  # type: ignore[arg-type]

    await send()
    change(good)
    if good:
        with pytest.raises(notify.TooManyMessages):
            await send()
    else:
        await send()


async def test_changes_of_contacts_under_way(
    good: bool,  # noqa: FBT001
) -> None:
    actor = Actor(
        id=new_id(), kind="customer", name="x", party_ids=frozenset(), permissions=frozenset()
    )
    wanted, other = (Contact(Channel.PHONE, f"+861380000222{n}") for n in range(2))
    own = Reachable(
        id=new_id(),
        user_id=actor.id,
        contact=Contact(Channel.EMAIL, "a@example.com"),
        language="zh",
        verified_at=AT,
    )
    (asked,) = _subjects(actor, wanted, [own])
    change(good)
    assert (asked in _subjects(actor, wanted, [own])) == good
    assert asked not in _subjects(actor, wanted, [])  # contacts that changed meanwhile
    assert asked not in _subjects(actor, other, [own])
