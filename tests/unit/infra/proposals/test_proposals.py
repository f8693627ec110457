"""What one proposes, another decides, once; on a real database."""

import hashlib
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from tests.unit.infra.proposals.notebook import (
    AT,
    HOUR,
    TABLE,
    WRITE,
    Note,
    NoteRefused,
    People,
    a_note,
    is_written,
)
from tongbao.infra import proposals
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import (
    Action,
    AlreadyDecided,
    DigestMismatch,
    MakerMayNoLonger,
    OwnProposal,
    Proposal,
    State,
    UnknownProposal,
    actions,
)
from tongbao.infra.proposals.errors import NotTheMaker, ReasonMissing
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module", autouse=True)
def _table(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(TABLE)


@pytest.fixture
def people() -> People:
    return People()


async def made(
    tx: WriteSession, maker: Actor, note: Note | None = None, party_id: UUID | None = None
) -> Proposal:
    return await proposals.propose(
        tx,
        action=WRITE,
        payload=note or a_note(),
        maker=maker,
        party_id=party_id,
        reason=" 因为 ",
        at=AT,
    )


async def approved(
    tx: WriteSession, proposal: Proposal, approver: Actor, people: People, **facts: object
) -> Proposal:
    return await proposals.approve(
        tx,
        **{  # type: ignore[arg-type]
            "proposal_id": proposal.id,
            "digest": proposal.digest,
            "approver": approver,
            "find_actor": people.find,
            "at": AT + SECOND,
            **facts,
        },
    )


async def test_what_one_proposes_another_approves_and_then_it_is_done(
    tx: WriteSession, people: People
) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    note = a_note()
    proposal = await made(tx, maker, note)
    assert (proposal.state, proposal.reason, proposal.expires_at) == (
        State.PENDING,
        "因为",
        AT + HOUR,
    )
    assert not await is_written(tx, note)
    done = await approved(tx, proposal, checker, people, note="好")
    assert await is_written(tx, note)
    assert (done.state, done.decided_by, done.location, done.note) == (
        State.EXECUTED,
        checker.id,
        f"/notes/{note.id}",
        "好",
    )
    events = await tx.execute(
        text("SELECT type, payload ->> 'state' FROM infra_outbox WHERE subject = :id ORDER BY seq"),
        {"id": str(proposal.id)},
    )
    assert [tuple(row) for row in events] == [
        ("proposals.proposal_made", None),
        ("proposals.proposal_decided", "executed"),
    ]


async def test_whoever_may_not_propose_proposes_nothing(tx: WriteSession, people: People) -> None:
    with pytest.raises(Forbidden):
        await made(tx, people.add("notes:approve"))
    firm, other = new_id(), new_id()
    with pytest.raises(Forbidden):
        await made(tx, people.add("notes:write", party_id=firm), party_id=other)
    machine = Actor(
        id=new_id(), kind="service", name="机器", permissions=frozenset({"notes:write"})
    )
    with pytest.raises(Forbidden):
        await made(tx, machine)


async def test_nobody_approves_or_refuses_their_own(tx: WriteSession, people: People) -> None:
    person = new_id()
    both = people.add("notes:write", "notes:approve", person_id=person)
    other_log_in = people.add("notes:write", "notes:approve", person_id=person)
    proposal = await made(tx, both)
    for same in (both, other_log_in):
        with pytest.raises(OwnProposal):
            await approved(tx, proposal, same, people)
        with pytest.raises(OwnProposal):
            await proposals.refuse(tx, proposal_id=proposal.id, refused_by=same, reason="x", at=AT)
        assert (await proposals.to_approve(tx, approver=same, at=AT)).items == []
    assert (await proposals.get(tx, proposal.id, reader=both)).state is State.PENDING


async def test_the_database_itself_knows_four_eyes(tx: WriteSession, people: People) -> None:
    proposal = await made(tx, people.add("notes:write"))
    with pytest.raises(Exception, match="ck_infra_proposal_four_eyes"):
        await tx.execute(
            text(
                "UPDATE infra_proposal SET state = 'executed', decided_by = maker_id,"
                " decided_at = made_at WHERE id = :id"
            ),
            {"id": proposal.id},
        )


@pytest.mark.parametrize("change", ["payload = '{}'", "maker_id = id", "expires_at = now()"])
async def test_what_was_proposed_cannot_be_rewritten(
    tx: WriteSession, people: People, change: str
) -> None:
    proposal = await made(tx, people.add("notes:write"))
    with pytest.raises(Exception, match="permission denied"):
        await tx.execute(
            text(f"UPDATE infra_proposal SET {change} WHERE id = :id"), {"id": proposal.id}
        )


async def test_what_was_decided_stays_so(tx: WriteSession, people: People) -> None:
    maker = people.add("notes:write")
    proposal = await made(tx, maker)
    await proposals.withdraw(tx, proposal_id=proposal.id, withdrawn_by=maker, at=AT)
    with pytest.raises(Exception, match="decided once"):
        await tx.execute(
            text(
                "UPDATE infra_proposal SET state = 'pending', decided_at = NULL, decided_by = NULL"
                " WHERE id = :id"
            ),
            {"id": proposal.id},
        )


async def test_only_those_see_it_who_should(tx: WriteSession, people: People) -> None:
    firm = new_id()
    maker = people.add("notes:write", party_id=firm)
    checker = people.add("notes:approve", party_id=firm)
    colleague = people.add(party_id=firm)
    stranger = people.add("notes:approve", party_id=new_id())
    clerk = people.add("notes:approve")
    auditor = people.add("proposals:read_any")
    proposal = await made(tx, maker, party_id=firm)
    for reader in (maker, checker, colleague, auditor):
        assert (await proposals.get(tx, proposal.id, reader=reader)).id == proposal.id
    for reader in (stranger, clerk):
        with pytest.raises(UnknownProposal):
            await proposals.get(tx, proposal.id, reader=reader)
        with pytest.raises(UnknownProposal):
            await approved(tx, proposal, reader, people)
    for reader in (colleague, auditor):
        with pytest.raises(Forbidden):
            await approved(tx, proposal, reader, people)
    for reader in (maker, colleague, stranger, clerk, auditor):
        assert (await proposals.to_approve(tx, approver=reader, at=AT)).items == []
    (shown,) = (await proposals.to_approve(tx, approver=checker, at=AT)).items
    assert shown.id == proposal.id
    assert [each.id for each in (await proposals.mine(tx, maker=maker)).items] == [proposal.id]
    assert (await proposals.mine(tx, maker=checker)).items == []


async def test_a_role_in_another_firm_counts_for_nothing(tx: WriteSession, people: People) -> None:
    firm, other = new_id(), new_id()
    maker = people.add("notes:write", party_id=firm)
    both = Actor(
        id=new_id(),
        kind="customer",
        name="两家",
        party_ids=frozenset({firm, other}),
        permissions=frozenset({"notes:approve"}),
        grants={firm: frozenset(), other: frozenset({"notes:approve"})},
    )
    proposal = await made(tx, maker, party_id=firm)
    assert (await proposals.to_approve(tx, approver=both, at=AT)).items == []
    with pytest.raises(Forbidden):
        await approved(tx, proposal, both, people)


async def test_a_customer_never_decides_what_is_the_banks(tx: WriteSession, people: People) -> None:
    proposal = await made(tx, people.add("notes:write"))
    customer = people.add("notes:approve", party_id=new_id())
    with pytest.raises(UnknownProposal):
        await approved(tx, proposal, customer, people)


async def test_the_approver_says_what_they_saw(tx: WriteSession, people: People) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    proposal, other = await made(tx, maker), await made(tx, maker, a_note("other"))
    with pytest.raises(DigestMismatch):
        await approved(tx, proposal, checker, people, digest=other.digest)
    stored = await tx.scalar(
        text("SELECT payload FROM infra_proposal WHERE id = :id"), {"id": proposal.id}
    )
    assert hashlib.sha256(str(stored).encode()).hexdigest() == proposal.digest


async def test_what_is_hidden_is_not_shown_but_is_done(tx: WriteSession, people: People) -> None:
    note = Note(id=new_id(), words="x", secret="never")
    proposal = await made(tx, people.add("notes:write"), note)
    assert proposal.payload == {"id": str(note.id), "words": "x"}


async def test_a_maker_who_may_no_longer_is_not_executed(tx: WriteSession, people: People) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    note = a_note()
    proposal = await made(tx, maker, note)
    people.actors[maker.id] = Actor(id=maker.id, kind="staff", name="某人")
    with pytest.raises(MakerMayNoLonger):
        await approved(tx, proposal, checker, people)
    del people.actors[maker.id]
    with pytest.raises(MakerMayNoLonger):
        await approved(tx, proposal, checker, people)
    assert not await is_written(tx, note)
    refused = await proposals.refuse(
        tx, proposal_id=proposal.id, refused_by=checker, reason="离职", at=AT
    )
    assert (refused.state, refused.note) == (State.REFUSED, "离职")


async def test_what_a_rule_refuses_is_undone_and_stays_open(
    tx: WriteSession, people: People
) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    note = a_note("refused")
    proposal = await made(tx, maker, note)
    with pytest.raises(NoteRefused):
        async with tx.begin_nested():
            await approved(tx, proposal, checker, people)
    assert not await is_written(tx, note)
    assert (await proposals.get(tx, proposal.id, reader=maker)).state is State.PENDING


async def test_a_proposal_is_decided_once(tx: WriteSession, people: People) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    proposal = await made(tx, maker)
    await approved(tx, proposal, checker, people)
    one = {"proposal_id": proposal.id, "at": AT}
    for again in (
        approved(tx, proposal, checker, people),
        proposals.refuse(tx, refused_by=checker, reason="x", **one),  # type: ignore[arg-type]
        proposals.withdraw(tx, withdrawn_by=maker, **one),  # type: ignore[arg-type]
    ):
        with pytest.raises(AlreadyDecided) as refused:
            await again
        assert refused.value.facts == {"state": "executed"}


async def test_only_the_maker_withdraws_and_a_refusal_says_why(
    tx: WriteSession, people: People
) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    proposal = await made(tx, maker)
    with pytest.raises(NotTheMaker):
        await proposals.withdraw(tx, proposal_id=proposal.id, withdrawn_by=checker, at=AT)
    with pytest.raises(ReasonMissing):
        await proposals.refuse(tx, proposal_id=proposal.id, refused_by=checker, reason="  ", at=AT)
    gone = await proposals.withdraw(tx, proposal_id=proposal.id, withdrawn_by=maker, at=AT)
    assert (gone.state, gone.decided_by) == (State.WITHDRAWN, maker.id)


async def test_a_proposal_expires(tx: WriteSession, people: People) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    late = AT + HOUR
    await proposals.expire(tx, at=late)  # what others left behind
    proposal = await made(tx, maker)
    assert (await proposals.to_approve(tx, approver=checker, at=late)).items == []
    with pytest.raises(AlreadyDecided):  # though the job has not come by yet
        await approved(tx, proposal, checker, people, at=late)
    assert await proposals.expire(tx, at=late - SECOND) == 0
    assert await proposals.expire(tx, at=late) == 1
    assert await proposals.expire(tx, at=late) == 0
    ended = await proposals.get(tx, proposal.id, reader=maker)
    assert (ended.state, ended.decided_by, ended.decided_at) == (State.EXPIRED, None, late)


async def test_pages(tx: WriteSession, people: People) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    sent = [(await made(tx, maker)).id for _ in range(3)]
    first = await proposals.to_approve(tx, approver=checker, at=AT, limit=2)
    rest = await proposals.to_approve(tx, approver=checker, at=AT, limit=2, after=first.next)
    assert [each.id for each in (*first.items, *rest.items)] == sent[::-1]
    assert rest.next is None


async def test_a_proposal_of_an_action_that_is_gone_is_shown_and_never_executed(
    tx: WriteSession, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, checker = people.add("notes:write"), people.add("notes:approve")
    proposal = await made(tx, maker)
    monkeypatch.setattr(actions, "_actions", {})
    assert (await proposals.get(tx, proposal.id, reader=maker)).payload == {}
    with pytest.raises(UnknownProposal):
        await approved(tx, proposal, checker, people)


def test_a_name_stands_for_one_action_and_a_hidden_field_exists() -> None:
    words = Text(zh="再", en="again")
    with pytest.raises(ValueError, match=r"test\.write"):
        Action(name="test.write", title=words, payload=Note, propose="a:b", approve="a:c")
    with pytest.raises(AssertionError):
        Action(
            name="test.other",
            title=words,
            payload=Note,
            propose="a:b",
            approve="a:c",
            hidden=frozenset({"nothing"}),
        )
