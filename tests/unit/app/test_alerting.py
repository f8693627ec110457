"""An alert of the trail reaches who holds the auditor's role, and says nothing of whom."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import any_, literal, text, update

from tongbao.app import alerting, wiring
from tongbao.core.identity.domain.contacts import Channel, Contact
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.identity.service.contacts import add_contact
from tongbao.infra.audit.events import AlertOpened
from tongbao.infra.audit.patterns import Thresholds
from tongbao.infra.db import WriteSession
from tongbao.infra.notify.templates import find_template
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


async def person(
    tx: WriteSession, role: Role, *, language: Language = "zh", channels: Sequence[Channel] = ()
) -> UUID:
    user_id = new_id()
    tx.add(
        UserRow(
            id=user_id,
            login=f"user-{user_id.hex}",
            name="测试",
            kind=UserKind.STAFF.value,
            roles=[role.value],
            password_hash="-",
            created_at=AT,
        )
    )
    await tx.flush()
    for channel in channels:
        unique = f"{user_id.int % 10**8:08}"
        address = f"+86138{unique}" if channel is Channel.PHONE else f"{user_id.hex}@example.com"
        contact = Contact(channel, address)
        assert await add_contact(tx, user_id=user_id, contact=contact, language=language, at=AT)
    return user_id


async def opened(tx: WriteSession, rule: str = "mass_reveal") -> UUID:
    """Hand the consumer an alert, as the relay would; return its id."""
    event = AlertOpened(alert_id=new_id(), rule=rule, entries=20)
    await alerting.consumer().subscription()[event.type].handler(tx, event, AT)
    return event.alert_id


async def messages(tx: WriteSession, alert: UUID) -> list[tuple[str, str, dict[str, str]]]:
    """Return channel, language and facts of what was written about an alert."""
    rows = await tx.execute(
        text(
            "SELECT channel, language, facts FROM infra_message"
            " WHERE template = 'audit.alert' AND facts ->> 'alert' = :alert ORDER BY channel"
        ),
        {"alert": str(alert)},
    )
    return [(row.channel, row.language, row.facts) for row in rows]


@pytest.fixture(autouse=True)
async def _nobody_else(tx: WriteSession) -> None:
    """Let only those of the test hold the role; rolled back with it."""
    auditors = literal(Role.AUDITOR.value) == any_(UserRow.roles)
    await tx.execute(update(UserRow).where(auditors).values(blocked_at=AT - timedelta(days=1)))


async def test_every_contact_of_every_auditor_is_written_to_in_its_language(
    tx: WriteSession,
) -> None:
    await person(tx, Role.AUDITOR, channels=[Channel.PHONE])
    await person(tx, Role.AUDITOR, language="en", channels=[Channel.EMAIL])
    await person(tx, Role.STAFF_OPERATIONS, channels=[Channel.PHONE, Channel.EMAIL])
    alert = await opened(tx)
    facts = {"entries": "20", "alert": str(alert)}
    assert await messages(tx, alert) == [
        ("email", "en", {"rule": "many values revealed", **facts}),
        ("phone", "zh", {"rule": "大量查看完整信息", **facts}),
    ]


async def test_who_is_blocked_is_not_written_to(tx: WriteSession) -> None:
    user_id = await person(tx, Role.AUDITOR, channels=[Channel.PHONE])
    await tx.execute(update(UserRow).where(UserRow.id == user_id).values(blocked_at=AT))
    assert await messages(tx, await opened(tx)) == []


async def test_an_alert_that_reaches_nobody_is_counted(tx: WriteSession) -> None:
    await person(tx, Role.AUDITOR)  # without a contact
    before = alerting.UNHEARD._value.get()
    assert await messages(tx, await opened(tx)) == []
    assert alerting.UNHEARD._value.get() == before + 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("rule", sorted(alerting.RULES))
def test_the_words_say_the_rule_and_where_to_look_and_no_more(
    rule: str, language: Language
) -> None:
    values = {"rule": alerting.RULES[rule].say(language), "entries": "20", "alert": str(new_id())}
    found = find_template("audit.alert", 1)
    assert found.facts == values.keys()
    assert found.secrets == set()
    subject, body = found.render(language, values)
    assert values["rule"] in body
    assert values["alert"] in body
    assert (subject + body).isascii() == (language == "en")


def test_every_rule_has_words_and_the_worker_listens() -> None:
    assert {rule.name for rule in Thresholds().rules()} == alerting.RULES.keys()
    assert "app.audit_alerts" in [each.name for each in wiring.CONSUMERS]
