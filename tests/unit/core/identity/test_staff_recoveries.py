"""Recoveries begun by staff: two people, the same wait, told and called off like any other."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person
from tests.unit.core.identity.people import a_phone, an_email, cancel_code_sent_to, sent_to
from tests.unit.core.identity.test_recoveries import READY, REQUESTED, Case, case
from tests.unit.infra.proposals.notebook import People
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import OwnUser
from tongbao.core.identity.domain.recoveries import OPEN_FOR, RecoveryImpossible, RecoveryWaits
from tongbao.core.identity.models import RecoveryRow
from tongbao.core.identity.service import recoveries
from tongbao.core.identity.service.open_recoveries import find_recovery
from tongbao.infra import proposals
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession

__all__ = ["case"]

MICROSECOND = timedelta(microseconds=1)
EVIDENCE = "柜面核验身份证原件，人脸比对一致"


@dataclass
class Staff:
    """Somebody of operations and somebody of compliance."""

    people: People
    operations: Actor
    compliance: Actor

    async def recover(
        self, tx: WriteSession, user_id: UUID, approver: Actor | None = None
    ) -> proposals.Proposal:
        made = await proposals.propose(
            tx,
            action=identity.RECOVER_FACTORS,
            payload=identity.Seen(user_id=user_id, evidence=EVIDENCE),
            maker=self.operations,
            at=AT,
        )
        return await proposals.approve(
            tx,
            proposal_id=made.id,
            digest=made.digest,
            approver=approver or self.compliance,
            find_actor=self.people.find,
            at=AT,
        )


@pytest.fixture
def staff() -> Staff:
    people = People()
    return Staff(
        people, people.add("identity:recover_any"), people.add("identity:approve_recovery")
    )


async def test_it_waits_is_told_and_is_completed_by_the_job(
    tx: WriteSession, case: Case, staff: Staff
) -> None:
    done = await staff.recover(tx, case.id)
    assert done.payload["evidence"] == EVIDENCE
    for contact in (case.phone, case.email):
        assert (await sent_to(tx, contact))[0].template == REQUESTED
    assert case.id not in await identity.due_by_staff(tx, at=READY - MICROSECOND)
    assert not await identity.complete_by_staff(tx, user_id=case.id, at=READY - MICROSECOND)
    assert not await case.has_lost_all(tx)
    assert case.id in await identity.due_by_staff(tx, at=READY)
    assert await identity.complete_by_staff(tx, user_id=case.id, at=READY)
    assert await case.has_lost_all(tx)
    assert case.id not in await identity.due_by_staff(tx, at=READY)
    assert not await identity.complete_by_staff(tx, user_id=case.id, at=READY)


async def test_the_owner_calls_it_off(tx: WriteSession, case: Case, staff: Staff) -> None:
    await staff.recover(tx, case.id)
    code = await cancel_code_sent_to(tx, case.email)
    await recoveries.cancel_by_code(tx, code=code, at=READY)
    assert case.id not in await identity.due_by_staff(tx, at=READY)
    assert not await identity.complete_by_staff(tx, user_id=case.id, at=READY)
    assert not await case.has_lost_all(tx)


async def test_the_job_completes_nothing_that_somebody_asked_for_themselves(
    tx: WriteSession, case: Case
) -> None:
    await case.request(tx)
    assert case.id not in await identity.due_by_staff(tx, at=READY)
    assert not await identity.complete_by_staff(tx, user_id=case.id, at=READY)


async def test_nor_what_has_waited_too_long(tx: WriteSession, case: Case, staff: Staff) -> None:
    await staff.recover(tx, case.id)
    late = READY + OPEN_FOR
    assert case.id not in await identity.due_by_staff(tx, at=late)
    assert not await identity.complete_by_staff(tx, user_id=case.id, at=late)
    row = (await tx.execute(select(RecoveryRow).where(RecoveryRow.user_id == case.id))).scalar_one()
    await tx.refresh(row)
    assert row.ending == "expired"


async def test_one_that_is_under_way_is_neither_hastened_nor_put_off(
    tx: WriteSession, case: Case, staff: Staff
) -> None:
    made = await case.request(tx)
    with pytest.raises(RecoveryWaits) as refused:
        await staff.recover(tx, case.id)
    assert refused.value.facts == {"ready_at": made.ready_at.isoformat()}


async def test_who_has_nothing_to_lose(tx: WriteSession, person: Person, staff: Staff) -> None:
    assert Case(person, a_phone(), an_email()).id == person.user.id
    with pytest.raises(RecoveryImpossible):
        await staff.recover(tx, person.user.id)


async def test_nobody_recovers_their_own_account(
    tx: WriteSession, case: Case, staff: Staff
) -> None:
    """Not as the one who proposes, not as the one who approves."""
    with pytest.raises(OwnUser):
        await staff.recover(tx, staff.operations.id)
    with pytest.raises(OwnUser):
        await staff.recover(tx, staff.compliance.id)
    with pytest.raises(proposals.OwnProposal):
        await staff.recover(tx, case.id, approver=staff.operations)


async def test_one_of_the_two_alone_does_nothing(
    tx: WriteSession, case: Case, staff: Staff
) -> None:
    other = staff.people.add("identity:recover_any")
    with pytest.raises(proposals.UnknownProposal):
        await staff.recover(tx, case.id, approver=other)
    assert await find_recovery(tx, user_id=case.id, at=AT) is None
