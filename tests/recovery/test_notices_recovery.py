"""A worker that tells people dies with kill -9 at each step: nothing is lost, nothing doubled."""

import multiprocessing
import signal
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.recovery.notices_worker import work
from tests.support.bank import Bank, bank, outside, trained
from tests.support.people import Firm, begin, firm, tell, with_contacts
from tongbao.core.identity.events import DualControlChanged
from tongbao.engagement.notices.service import feed
from tongbao.infra import outbox
from tongbao.kernel.clock import now

__all__ = ["bank", "outside", "trained"]

pytestmark = pytest.mark.slow

EVENTS = 3
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([work.__module__])


@pytest.fixture
async def reader(bank: Bank) -> Firm:
    await begin(bank)
    made = await firm(bank)
    await with_contacts(bank, made, f"1380013{bank.rows('identity_user')['identity_user']:04}")
    async with bank.database.write() as tx:
        await feed.watch(tx, user_id=made.user_id, at=now())
    await tell(bank)
    return made


def told(bank: Bank, reader: Firm) -> tuple[int, int, list[int]]:
    """Return how many notices and messages a reader has, and the numbers of their feed."""
    ((notices, messages),) = bank.query(
        "SELECT count(DISTINCT n.id), count(m.message_id) FROM notices_notice n"
        " LEFT JOIN notices_message m ON m.notice_id = n.id WHERE n.user_id = %s",
        reader.user_id,
    )
    seqs = bank.query(
        "SELECT seq FROM notices_feed WHERE user_id = %s ORDER BY seq", reader.user_id
    )
    return notices, messages, [seq for (seq,) in seqs]


@pytest.mark.parametrize("after_events", [1, EVENTS, EVENTS + 1])
async def test_who_dies_on_the_way_has_told_everything_once(
    bank: Bank, reader: Firm, after_events: int
) -> None:
    before = told(bank, reader)
    queued = bank.rows("procrastinate_jobs")["procrastinate_jobs"]
    happened = [
        DualControlChanged(
            party_id=UUID(reader.customer.party_id), dual_control=bool(each % 2), by=reader.user_id
        )
        for each in range(EVENTS)
    ]
    async with bank.database.write() as tx:
        await outbox.append(tx, happened, at=now())
    process = FORKS.Process(target=work, args=(bank.urls.app, after_events))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    died_before = told(bank, reader)
    if after_events <= EVENTS:
        assert died_before == before, "what was not committed has not happened"
    await tell(bank)
    await tell(bank)
    notices, messages, seqs = told(bank, reader)
    assert notices - before[0] == EVENTS
    assert messages - before[1] == EVENTS
    assert seqs == list(range(1, len(before[2]) + EVENTS + 1))
    assert bank.rows("procrastinate_jobs")["procrastinate_jobs"] - queued == EVENTS


async def test_an_event_told_twice_would_be_refused_by_the_database(
    bank: Bank, reader: Firm
) -> None:
    """The last line of defence: somebody sets the consumer's place back."""
    changed = DualControlChanged(
        party_id=UUID(reader.customer.party_id), dual_control=True, by=reader.user_id
    )
    async with bank.database.write() as tx:
        await outbox.append(tx, [changed], at=now())
    await tell(bank)
    before = told(bank, reader)
    async with bank.database.write() as tx:
        await tx.execute(
            text("UPDATE infra_outbox_cursor SET seq = seq - 1 WHERE consumer = 'notices'")
        )
    with pytest.raises(AssertionError):
        await tell(bank)
    assert told(bank, reader) == before
    async with bank.database.write() as tx:
        await tx.execute(
            text(
                "UPDATE infra_outbox_cursor SET seq = seq + 1, failures = 0, retry_at = NULL,"
                " error = NULL WHERE consumer = 'notices'"
            )
        )
