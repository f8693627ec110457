"""Documents that have ended and reviews left undone: once each, whoever runs the job how often."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties import jobs
from tongbao.core.parties import service as parties
from tongbao.core.parties.domain.cases import Cause, LevelNotAbove, State
from tongbao.core.parties.domain.documents import GRACE_DAYS, WARNING_DAYS
from tongbao.core.parties.service import renewing
from tongbao.core.parties.service.cases import move
from tongbao.core.parties.service.reading_cases import locked_case
from tongbao.core.parties.service.renewing import lower_overdue, open_renewals
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.jobs import JobContext
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

LAST_DAY = date(2026, 11, 25)
# The last day is over at midnight in China, eight hours before it is in London.
OVER = datetime(2026, 11, 25, 16, tzinfo=UTC)
RECORDED = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)
GRACE = GRACE_DAYS * DAY


@pytest.fixture(autouse=True)
def _everybody_in_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests' customers may be due as well."""
    monkeypatch.setattr(renewing, "AT_ONCE_MAX", 1_000_000)


async def customer(
    tx: WriteSession,
    *,
    level: parties.Level = parties.Level.FULL,
    valid_until: date | None = LAST_DAY,
    type_: parties.DocumentType = parties.DocumentType.ID_CARD,
) -> UUID:
    party = await parties.register_person(tx, name="将到期", at=RECORDED)
    await document(tx, party.id, valid_until=valid_until, type_=type_)
    await parties.set_level(
        tx, party_id=party.id, level=level, reason="测试", changed_by=None, at=RECORDED
    )
    return party.id


async def document(
    tx: WriteSession,
    party_id: UUID,
    *,
    valid_until: date | None,
    type_: parties.DocumentType = parties.DocumentType.ID_CARD,
    at: datetime = RECORDED,
) -> None:
    await parties.record_document(
        tx,
        party_id=party_id,
        type=type_,
        number=id_number() if type_ is parties.DocumentType.ID_CARD else "E12345678",
        valid_from=date(2016, 11, 25),
        valid_until=valid_until,
        recorded_by=new_id(),
        at=at,
    )


async def cases_of(tx: WriteSession, party_id: UUID) -> list[parties.Case]:
    return list((await parties.cases(tx, among={party_id})).items)


async def level_of(tx: WriteSession, party_id: UUID) -> int:
    return int(await parties.level(tx, party_id))


async def hand_over(tx: WriteSession, party_id: UUID, *states: State, at: datetime) -> None:
    """Bring the open case of a party through some states."""
    (case,) = await cases_of(tx, party_id)
    for state in states:
        decided = {"decided_at": at, "decided_by": None, "decision_reason": "测试"}
        await move(
            tx,
            await locked_case(tx, case.id),
            state,
            reason="测试",
            by=None,
            at=at,
            **(decided if state is State.REFUSED else {}),
        )


async def test_a_document_that_has_ended_opens_one_case(tx: WriteSession) -> None:
    party_id = await customer(tx)
    assert party_id not in await open_renewals(tx, at=OVER - timedelta(microseconds=1))
    assert party_id in await open_renewals(tx, at=OVER)
    for at in (OVER, OVER + DAY, OVER + 40 * DAY):
        assert party_id not in await open_renewals(tx, at=at)
    (case,) = await cases_of(tx, party_id)
    assert (case.cause, case.level, case.opened_by) == (Cause.EXPIRY, parties.Level.FULL, None)
    await hand_over(tx, party_id, State.REFUSED, at=OVER)
    assert party_id not in await open_renewals(tx, at=OVER + DAY), "once for the document"


async def test_an_organisations_licence_counts_as_well(tx: WriteSession) -> None:
    number = "91110000600037341L"
    firm = await parties.find_by_registration_number(tx, number)
    firm = firm or await parties.register_organisation(
        tx, name="公司", registration_number=number, at=RECORDED
    )
    await parties.record_document(
        tx,
        party_id=firm.id,
        type=parties.DocumentType.BUSINESS_LICENCE,
        number=number,
        valid_from=date(2016, 11, 25),
        valid_until=LAST_DAY,
        recorded_by=new_id(),
        at=RECORDED,
    )
    await parties.set_level(
        tx,
        party_id=firm.id,
        level=parties.Level.STANDARD,
        reason="测试",
        changed_by=None,
        at=RECORDED,
    )
    assert firm.id in await open_renewals(tx, at=OVER)
    assert firm.id in await lower_overdue(tx, at=OVER + GRACE)
    assert await level_of(tx, firm.id) == 0


@pytest.mark.parametrize(
    ("level", "valid_until", "type_"),
    [
        (parties.Level.FULL, None, parties.DocumentType.ID_CARD),
        (parties.Level.FULL, LAST_DAY + DAY, parties.DocumentType.ID_CARD),
        (parties.Level.FULL, LAST_DAY, parties.DocumentType.PASSPORT),
        (parties.Level.NONE, LAST_DAY, parties.DocumentType.ID_CARD),
    ],
    ids=["long-term", "still good", "not what the level rests on", "no level to lose"],
)
async def test_whom_it_does_not_concern(
    tx: WriteSession,
    level: parties.Level,
    valid_until: date | None,
    type_: parties.DocumentType,
) -> None:
    party_id = await customer(tx, level=level, valid_until=valid_until, type_=type_)
    assert party_id not in await open_renewals(tx, at=OVER)
    assert await cases_of(tx, party_id) == []


@pytest.mark.parametrize("status", [parties.Status.BLOCKED, parties.Status.CLOSED])
async def test_who_is_no_customer_is_not_asked(tx: WriteSession, status: parties.Status) -> None:
    party_id = await customer(tx)
    await parties.change_status(
        tx, party_id=party_id, status=status, reason="测试", changed_by=None, at=RECORDED
    )
    assert party_id not in await open_renewals(tx, at=OVER)
    assert party_id not in await lower_overdue(tx, at=OVER + GRACE)


async def test_less_may_be_paid_when_the_grace_is_over(tx: WriteSession) -> None:
    party_id = await customer(tx)
    await open_renewals(tx, at=OVER)
    assert party_id not in await lower_overdue(tx, at=OVER + GRACE - timedelta(microseconds=1))
    assert await level_of(tx, party_id) == 3
    assert party_id in await lower_overdue(tx, at=OVER + GRACE)
    assert party_id not in await lower_overdue(tx, at=OVER + GRACE + DAY)
    assert await level_of(tx, party_id) == 0
    allowed = await parties.limits_by_level(tx, parties.PartyKind.PERSON, at=OVER)
    assert allowed[parties.Level.NONE].per_day == Money.zero("CNY")
    (change, _) = await parties.level_history(tx, party_id)
    assert change.changed_by is None
    assert "身份证件过期" in change.reason


async def test_whoever_the_job_finds_late_has_the_whole_grace(tx: WriteSession) -> None:
    """The worker may have been away for long, or the document have ended before there was a job."""
    party_id = await customer(tx)
    found = OVER + 200 * DAY
    await open_renewals(tx, at=found)
    assert party_id not in await lower_overdue(tx, at=found)
    assert party_id in await lower_overdue(tx, at=found + GRACE)


async def test_what_lies_with_us_is_nobodys_delay(tx: WriteSession) -> None:
    party_id = await customer(tx)
    await open_renewals(tx, at=OVER)
    await hand_over(tx, party_id, State.EVIDENCE, at=OVER)
    await hand_over(tx, party_id, State.CHECKING, at=OVER)
    assert party_id not in await lower_overdue(tx, at=OVER + GRACE)
    await hand_over(tx, party_id, State.NEEDS_STAFF, at=OVER + GRACE)
    assert party_id not in await lower_overdue(tx, at=OVER + GRACE)
    await hand_over(tx, party_id, State.REFUSED, at=OVER + GRACE)
    assert party_id in await lower_overdue(tx, at=OVER + GRACE)


async def test_a_new_document_ends_the_matter(tx: WriteSession) -> None:
    party_id = await customer(tx)
    await open_renewals(tx, at=OVER)
    await document(tx, party_id, valid_until=date(2046, 11, 25), at=OVER + DAY)
    assert party_id not in await lower_overdue(tx, at=OVER + GRACE)
    assert await level_of(tx, party_id) == 3
    # The new one is looked at by itself when its own day has come.
    later = datetime(2046, 11, 26, 4, tzinfo=UTC)
    assert party_id in await open_renewals(tx, at=later)
    (case,) = await cases_of(tx, party_id)
    assert case.state is State.OPENED, "the one that was never handed in serves"


async def test_an_open_case_serves(tx: WriteSession) -> None:
    party_id = await customer(tx, level=parties.Level.BASIC)
    asked = await parties.open_case(
        tx, party_id=party_id, level=parties.Level.FULL, opened_by=new_id(), at=RECORDED
    )
    assert party_id in await open_renewals(tx, at=OVER)
    (case,) = await cases_of(tx, party_id)
    assert (case.id, case.cause) == (asked.id, Cause.APPLICATION)
    assert party_id not in await lower_overdue(tx, at=OVER), "the grace begins now"
    assert party_id in await lower_overdue(tx, at=OVER + GRACE)


async def test_who_was_warned_may_renew_before_the_day(tx: WriteSession) -> None:
    party_id = await customer(tx)
    warned = OVER - (WARNING_DAYS[0] + 1) * DAY
    by = new_id()

    async def apply(at: datetime, level: parties.Level = parties.Level.FULL) -> parties.Case:
        return await parties.open_case(tx, party_id=party_id, level=level, opened_by=by, at=at)

    with pytest.raises(LevelNotAbove):
        await apply(warned - timedelta(microseconds=1))
    with pytest.raises(LevelNotAbove):
        await apply(warned, parties.Level.STANDARD)
    case = await apply(warned)
    assert (case.cause, case.opened_by) == (Cause.EXPIRY, by)


async def test_a_review_left_undone_leaves_the_level_of_the_document(tx: WriteSession) -> None:
    party_id = await customer(tx, valid_until=None)
    review = datetime(2027, 5, 4, 4, tzinfo=UTC)
    await parties.rate(
        tx,
        party_id=party_id,
        risk=parties.Risk.HIGH,
        reason="测试",
        rated_by=new_id(),
        review_on=date(2026, 8, 1),
        at=RECORDED,
    )
    await parties.open_reviews(tx, at=review)
    assert [case.cause for case in await cases_of(tx, party_id)] == [Cause.REVIEW]
    assert party_id not in await lower_overdue(tx, at=review + GRACE - timedelta(microseconds=1))
    assert party_id in await lower_overdue(tx, at=review + GRACE)
    assert await level_of(tx, party_id) == 1
    assert party_id not in await lower_overdue(tx, at=review + GRACE)


async def test_warnings_come_sixty_days_before(tx: WriteSession) -> None:
    party_id = await customer(tx)
    told = []
    for days in (61, 60, 59, 30, 8, 7, 6, 1, 0, -1, -2):
        at = datetime(2026, 11, 25, 4, tzinfo=UTC) - days * DAY
        events = await parties.warn_of_expiry(tx, at=at)
        told += [(days, each.days) for each in events if each.party_id == party_id]
    assert told == [(60, 60), (30, 30), (7, 7), (1, 1), (-1, 0)]


@pytest.mark.parametrize("job", [jobs.open_renewals, jobs.lower_overdue])
async def test_jobs_killed_between_two_batches_go_on(
    database: Database, job: Callable[..., Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is a transaction of its own: what was done stays, the rest is done once."""
    monkeypatch.setattr(renewing, "AT_ONCE_MAX", 1)
    monkeypatch.setattr(jobs, "BATCHES_MAX", 1)
    async with database.write() as tx:
        made = [await customer(tx) for _ in range(3)]
    context = JobContext(database=database, at=OVER)
    if job is jobs.lower_overdue:
        monkeypatch.setattr(jobs, "BATCHES_MAX", 500)
        await jobs.open_renewals(context)
        context = JobContext(database=database, at=OVER + GRACE)
        monkeypatch.setattr(jobs, "BATCHES_MAX", 1)
    await job(context)
    monkeypatch.setattr(jobs, "BATCHES_MAX", 500)
    for _ in range(2):
        await job(context)
    async with database.read() as seen:
        opened = await seen.execute(
            text("SELECT party_id FROM parties_case WHERE party_id = ANY(:made)"), {"made": made}
        )
        lowered = await seen.execute(
            text(
                "SELECT party_id FROM parties_level_change"
                " WHERE after = 0 AND party_id = ANY(:made)"
            ),
            {"made": made},
        )
    assert sorted(row.party_id for row in opened) == sorted(made)
    expected = made if job is jobs.lower_overdue else []
    assert sorted(row.party_id for row in lowered) == sorted(expected)
