"""Which sequences of entries are a pattern; and that the watch tells of each once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.support.audit_trail import AuditTrail
from tongbao.infra import audit
from tongbao.infra.audit import jobs, watching
from tongbao.infra.audit.errors import AlertClosed, AlertNotFound
from tongbao.infra.audit.patterns import Rule, Seen, Thresholds, judge
from tongbao.infra.jobs import JobContext
from tongbao.kernel.clock import MainlandCalendar
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)  # Monday, noon in China
RULE = Rule("reveals", 3, timedelta(minutes=10))
FEW = Thresholds(reveals_min=3, denials_min=3)
CALENDAR = MainlandCalendar()


def seen(*minutes: float, who: str = "ann", first: int = 1) -> list[Seen]:
    return [
        Seen(first + number, AT + timedelta(minutes=minute), who)
        for number, minute in enumerate(minutes)
    ]


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        ((0, 1), []),
        ((0, 1, 2), [(3, 3)]),
        ((0, 1, 9.99), [(3, 3)]),
        ((0, 1, 10), []),  # the first is exactly ten minutes old: no longer within
        ((0, 1, 2, 3, 4), [(3, 3)]),  # told once while it goes on
        ((0, 1, 2, 11.9), [(3, 3)]),  # still quiet
        ((0, 1, 2, 10, 11, 12), [(6, 4)]),  # minute 2 counts until 12; told at 2 ...
        ((0, 5, 11, 12), [(4, 3)]),
        ((0, 0, 0), [(3, 3)]),
    ],
)
def test_how_many_within_how_long(minutes: tuple[float, ...], found: list[tuple[int, int]]) -> None:
    told = judge(RULE, seen(*minutes), quiet_until={}, after=0)
    result = [(each.last.seq, each.entries) for each in told]
    if len(minutes) == 6:  # ... and again when the quiet time is over and it still goes on
        assert result == [(3, 3), (6, 3)]
    else:
        assert result == found


def test_each_is_judged_alone() -> None:
    mixed = [*seen(0, 1), *seen(0.5, 1.5, who="bob", first=11)]
    assert judge(RULE, mixed, quiet_until={}, after=0) == []
    (found,) = judge(RULE, [*mixed, *seen(2, who="bob", first=20)], quiet_until={}, after=0)
    assert (found.who, found.first.seq, found.last.seq) == ("bob", 11, 20)


def test_only_new_entries_complete_a_pattern() -> None:
    assert judge(RULE, seen(0, 1, 2), quiet_until={}, after=3) == []
    assert len(judge(RULE, seen(0, 1, 2), quiet_until={}, after=2)) == 1


def test_what_was_told_is_not_told_again_while_it_is_quiet() -> None:
    quiet = {"ann": AT + timedelta(minutes=2)}
    (found,) = judge(RULE, seen(0, 1, 1.5, 2), quiet_until=quiet, after=0)
    assert found.last.seq == 4
    assert found.quiet_until == AT + timedelta(minutes=12)


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        ("2026-03-02T00:00:00", False),  # Monday 08:00 in China
        ("2026-03-01T23:59:59", True),
        ("2026-03-02T11:59:59", False),
        ("2026-03-02T12:00:00", True),
        ("2026-02-28T04:00:00", False),  # a Saturday that makes up for the Spring Festival
        ("2026-03-07T04:00:00", True),
        ("2026-10-01T04:00:00", True),  # National Day
    ],
)
def test_when_the_office_is_closed(at: str, *, closed: bool) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert Thresholds().out_of_hours(moment, CALENDAR) is closed


# --- the watch on a trail ------------------------------------------------------------------------


async def look(trail: AuditTrail, at: datetime = AT) -> None:
    async with trail.database.write() as tx:
        await watching.watch(tx, thresholds=FEW, calendar=CALENDAR, at=at)


def told(trail: AuditTrail) -> list[tuple[str, str, int]]:
    rows = trail.rows("SELECT rule, who, entries FROM infra_audit_alert ORDER BY rule, last_seq")
    return [(rule, who, entries) for rule, who, entries in rows]


REVEAL = audit.Entry(action="parties.document.revealed")
DENIED = audit.Entry(action="ledger.post", outcome="refused", code="auth.forbidden")


async def test_mass_reveal_over_several_runs_is_told_once(trail: AuditTrail) -> None:
    ann, bob = new_id(), new_id()
    for minute in range(2):
        at = AT + timedelta(minutes=minute)
        await trail.record(REVEAL, at=at, actor_id=ann, kind="staff")
        await trail.record(REVEAL, at=at, actor_id=bob, kind="staff")
        await look(trail)
    assert told(trail) == []
    await trail.record(REVEAL, at=AT + timedelta(minutes=2), actor_id=ann, kind="staff")
    await look(trail)
    assert told(trail) == [("mass_reveal", str(ann), 3)]
    await look(trail)  # nothing new
    await trail.record(REVEAL, at=AT + timedelta(minutes=3), actor_id=ann, kind="staff")
    await look(trail)  # goes on: quiet
    assert len(told(trail)) == 1
    events = "SELECT payload->>'rule' FROM infra_outbox WHERE type = 'audit.alert_opened'"
    assert trail.rows(events) == [("mass_reveal",)]


async def test_repeated_denial_of_an_actor_and_of_an_address(trail: AuditTrail) -> None:
    ann = new_id()
    for code in ("auth.forbidden", "parties.party_not_found", "auth.unauthenticated"):
        entry = audit.Entry(action="a.b", outcome="refused", code=code)
        await trail.record(entry, at=AT, actor_id=ann, kind="staff", address="10.0.0.1")
        await trail.record(entry, at=AT, kind="anonymous", address="10.0.0.2")
        harmless = audit.Entry(action="a.b", outcome="refused", code="request.invalid")
        await trail.record(harmless, at=AT, kind="anonymous", address="10.0.0.3")
    await look(trail)
    assert told(trail) == [
        ("repeated_denial_actor", str(ann), 3),
        ("repeated_denial_address", "10.0.0.1", 3),
        ("repeated_denial_address", "10.0.0.2", 3),
    ]


async def test_an_administrator_out_of_hours(trail: AuditTrail) -> None:
    root, other = new_id(), new_id()
    night = datetime(2026, 3, 2, 18, tzinfo=UTC)
    entry = audit.Entry(action="identity.block_user")
    roles = ("staff_administrator",)
    await trail.record(entry, at=AT, actor_id=root, kind="staff", roles=roles)
    await trail.record(entry, at=night, actor_id=other, kind="staff", roles=("staff_risk",))
    await look(trail)
    assert told(trail) == []
    await trail.record(entry, at=night, actor_id=root, kind="staff", roles=roles)
    await look(trail)
    assert told(trail) == [("administrator_out_of_hours", str(root), 1)]


async def test_who_is_still_writing_is_waited_for(trail: AuditTrail) -> None:
    ann = new_id()
    await trail.record(audit.Entry(action="a.b"), at=AT)  # makes the month
    async with trail.database.write() as slow:
        with audit.by(audit.Caller(actor_id=ann, kind="staff")):
            await audit.record(slow, [REVEAL], at=AT)
            await trail.record(REVEAL, REVEAL, at=AT, actor_id=ann, kind="staff")
            await look(trail)
            assert told(trail) == []
    await look(trail)
    assert told(trail) == [("mass_reveal", str(ann), 3)]


async def test_an_alert_is_closed_once_with_a_finding(trail: AuditTrail) -> None:
    ann, auditor = new_id(), new_id()
    await trail.record(REVEAL, REVEAL, REVEAL, at=AT, actor_id=ann, kind="staff")
    jobs.alert_at(FEW)
    await jobs.watch(JobContext(database=trail.database, at=AT))
    jobs.alert_at(Thresholds())
    assert watching.OPEN._value.get() == 1
    async with trail.database.write() as tx:
        (alert,) = (await watching.alerts(tx, open_only=True, limit=10)).items
        closed = await watching.close_alert(tx, alert.id, finding="核实无误", by=auditor, at=AT)
        assert (closed.closed_by, closed.finding) == (auditor, "核实无误")
        with pytest.raises(AlertClosed):
            await watching.close_alert(tx, alert.id, finding="again", by=auditor, at=AT)
        with pytest.raises(AlertNotFound):
            await watching.close_alert(tx, new_id(), finding="none", by=auditor, at=AT)
        assert (await watching.alerts(tx, open_only=True, limit=10)).items == []
        assert len((await watching.alerts(tx, open_only=False, limit=10)).items) == 1
    with pytest.raises(Exception, match="closed once"):
        async with trail.database.write() as tx:
            await tx.execute(text("UPDATE infra_audit_alert SET finding = 'another'"))
