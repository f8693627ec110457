"""Instructions are signed by those the policy asks for, and executed with the last signature."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.approvals import AT, SECOND, Firm, join, new_firm, policy
from tests.support.makers import cny
from tongbao.core.approvals import service
from tongbao.core.approvals.domain.errors import (
    AlreadyDecided,
    AlreadySigned,
    BadDeadline,
    MakerMayNoLonger,
    NoPolicy,
    NoRule,
    NotAmongSigners,
    NotTheMaker,
    OwnInstruction,
    PolicyChanged,
    ReasonMissing,
    SignatureRefused,
    UnknownApproval,
)
from tongbao.core.approvals.service import Approval
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import MemberRole
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Proposal, ToSign
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

HOUR = timedelta(hours=1)


@pytest.fixture
async def firm(tx: WriteSession) -> Firm:
    return await new_firm(tx)


async def test_the_second_of_two_signatures_pays(tx: WriteSession, firm: Firm) -> None:
    opened = await firm.opened(tx)
    assert (opened.state, opened.lacking) == ("open", [2])
    one = await firm.people["first"].sign(tx, opened)
    assert (one.state, one.lacking) == ("open", [1])
    assert await firm.balance(tx) == cny("100000.00")
    two = await firm.people["second"].sign(tx, opened)
    assert (two.state, two.lacking) == ("executed", [0])
    assert two.decided_by == firm.people["second"].actor.id
    assert await firm.balance(tx) == cny("80000.00")
    assert two.location is not None
    paid = await payments.get(tx, two.location.rpartition("/")[2])  # type: ignore[arg-type]
    assert paid.status == "settled"
    with pytest.raises(AlreadyDecided):
        await firm.people["third"].sign(tx, opened)


async def test_what_needs_no_signature_is_paid_as_without_a_policy(
    tx: WriteSession, firm: Firm
) -> None:
    small = firm.order("1000.00")
    maker = firm.people["maker"].actor
    below = await payments.ask_transfer(tx, small, initiated_by=maker, at=AT)
    assert isinstance(below, Proposal)
    assert below.party_id == firm.party_id
    above = await payments.ask_transfer(tx, firm.order("1000.01"), initiated_by=maker, at=AT)
    assert isinstance(above, ToSign)


@pytest.mark.parametrize("approver", [None, "first"])
async def test_nobody_s_word_replaces_the_signatures(
    tx: WriteSession, firm: Firm, approver: str | None
) -> None:
    with pytest.raises(payments.ApprovalNeeded):
        await payments.transfer(
            tx,
            **dict(firm.order()),
            initiated_by=firm.people["maker"].actor,
            approved_by=None if approver is None else firm.people[approver].actor,
            without_step_up=True,
            at=AT,
        )
    assert await firm.balance(tx) == cny("100000.00")


async def test_a_currency_the_policy_does_not_speak_of_is_refused(
    tx: WriteSession, firm: Firm
) -> None:
    with pytest.raises(NoRule):
        await service.signatures_needed(
            tx, party_id=firm.party_id, amount=Money.parse("5.00", "USD")
        )


async def test_who_may_not_sign(tx: WriteSession, firm: Firm) -> None:
    opened = await firm.opened(tx)
    maker, stranger = firm.people["maker"], await new_firm(tx)
    machine = Actor(id=new_id(), kind="service", name="x", party_ids=frozenset({firm.party_id}))
    cases: list[tuple[Actor, type[TongbaoError]]] = [
        (maker.actor, OwnInstruction),
        (firm.people["administrator"].actor, NotAmongSigners),
        (stranger.people["first"].actor, UnknownApproval),
        (machine, NotAmongSigners),
    ]
    for actor, refusal in cases:
        with pytest.raises(refusal):
            await service.sign(
                tx, approval_id=opened.id, signer=actor, by=maker.over(opened.document), at=AT
            )
        with pytest.raises(refusal):
            await service.refuse(
                tx, approval_id=opened.id, refused_by=actor, reason="不同意", at=AT
            )
    await firm.people["first"].sign(tx, opened)
    with pytest.raises(AlreadySigned):
        await firm.people["first"].sign(tx, opened)


async def test_another_log_in_of_a_person_signs_nothing_more(tx: WriteSession, firm: Firm) -> None:
    person = (await parties.register_person(tx, name="李娜", at=AT)).id
    one = await join(tx, firm.party_id, MemberRole.CHECKER, person_id=person)
    two = await join(tx, firm.party_id, MemberRole.CHECKER, person_id=person)
    opened = await firm.opened(tx)
    await one.sign(tx, opened)
    with pytest.raises(AlreadySigned):
        await two.sign(tx, opened)


async def test_a_signature_proves_its_own_document_by_its_own_key(
    tx: WriteSession, firm: Firm
) -> None:
    opened, other = await firm.opened(tx), await firm.opened(tx, "20000.01")
    first, second = firm.people["first"], firm.people["second"]
    wrong: list[service.ByKey | service.ByPasskey] = [
        first.over(other.document),
        first.over(opened.document + " "),
        service.ByKey(first.key_id, second.key.sign(opened.document.encode())),
        second.over(opened.document),  # a key of somebody else's
        service.ByKey(new_id(), first.key.sign(opened.document.encode())),
        service.ByKey(first.key_id, bytes(64)),
        service.ByPasskey({"rawId": "AA", "response": {}}),
        service.ByPasskey({}),
    ]
    for by in wrong:
        refused = await service.sign(
            tx, approval_id=opened.id, signer=first.actor, by=by, at=AT + SECOND
        )
        assert isinstance(refused, SignatureRefused)
    await service.revoke_key(tx, key_id=first.key_id, actor=first.actor, at=AT)
    refused = await service.sign(
        tx, approval_id=opened.id, signer=first.actor, by=first.over(opened.document), at=AT
    )
    assert isinstance(refused, SignatureRefused)
    assert (await service.get(tx, opened.id, reader=first.actor)).lacking == [2]


async def test_stages_in_sequence_wait_for_each_other(tx: WriteSession) -> None:
    firm = await new_firm(tx, money="50000.00")
    named = [firm.people[name].actor.id for name in ("first", "second", "third")]
    await _change(
        tx,
        firm,
        policy(
            {"required": 1, "members": [str(named[2])]},
            {"required": 1, "roles": ["checker"]},
            sequential=True,
        ),
    )
    opened = await firm.opened(tx, at=AT + HOUR)
    with pytest.raises(NotAmongSigners):
        await firm.people["first"].sign(tx, opened, at=AT + HOUR)
    assert (await firm.people["third"].sign(tx, opened, at=AT + HOUR)).lacking == [0, 1]
    assert (await firm.people["first"].sign(tx, opened, at=AT + HOUR)).state == "executed"


async def test_in_any_order_a_signature_moves_to_where_it_helps(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    first = str(firm.people["first"].actor.id)
    await _change(
        tx,
        firm,
        policy({"required": 1, "roles": ["checker"]}, {"required": 1, "members": [first]}),
    )
    opened = await firm.opened(tx, at=AT + HOUR)
    # Alone, the first counts for the stage of all checkers; then for the one only they can fill.
    assert (await firm.people["first"].sign(tx, opened, at=AT + HOUR)).lacking == [0, 1]
    assert (await firm.people["second"].sign(tx, opened, at=AT + HOUR)).state == "executed"


async def test_a_signer_who_left_counts_no_more(tx: WriteSession, firm: Firm) -> None:
    opened = await firm.opened(tx)
    await firm.people["first"].sign(tx, opened)
    member = await identity.membership_of(
        tx, user_id=firm.people["first"].actor.id, party_id=firm.party_id, at=AT + HOUR
    )
    assert member is not None
    await identity.remove_member(
        tx,
        membership_id=member.id,
        party_id=firm.party_id,
        removed_by=firm.people["administrator"].actor.id,
        at=AT + HOUR,
    )
    later = AT + 2 * HOUR
    signed = await firm.people["second"].sign(tx, opened, at=later)
    assert (signed.state, signed.lacking) == ("open", [1])
    assert [each.voided_at for each in signed.signatures] == [later, None]
    assert (await firm.people["third"].sign(tx, opened, at=later)).state == "executed"


async def test_a_maker_who_left_executes_nothing(tx: WriteSession, firm: Firm) -> None:
    opened = await firm.opened(tx)
    await firm.people["first"].sign(tx, opened)
    await identity.block_user(
        tx,
        user_id=firm.people["maker"].actor.id,
        blocked_by=new_id(),
        reason="测试",
        at=AT,
    )
    with pytest.raises(MakerMayNoLonger):
        await firm.people["second"].sign(tx, opened)


async def test_what_a_rule_refuses_leaves_the_last_signature_out(
    tx: WriteSession, firm: Firm
) -> None:
    opened = await firm.opened(tx, "100000.01")
    await firm.people["first"].sign(tx, opened)
    with pytest.raises(TongbaoError) as refused:
        async with tx.begin_nested():
            await firm.people["second"].sign(tx, opened)
    assert refused.value.code == "ledger.insufficient_funds"
    found = await service.get(tx, opened.id, reader=firm.people["first"].actor)
    assert (found.state, found.lacking) == ("open", [1])


async def test_an_instruction_of_an_older_policy_is_not_signed_any_more(
    tx: WriteSession, firm: Firm
) -> None:
    opened = await firm.opened(tx)
    await _change(tx, firm, policy({"required": 3, "roles": ["checker"]}))
    with pytest.raises(PolicyChanged):
        await firm.people["first"].sign(tx, opened, at=AT + HOUR)
    await service.withdraw(
        tx, approval_id=opened.id, withdrawn_by=firm.people["maker"].actor, at=AT + HOUR
    )


async def test_refusing_withdrawing_and_expiring_end_it(tx: WriteSession, firm: Firm) -> None:
    refused, withdrawn, expired = [await firm.opened(tx) for _ in range(3)]
    checker, maker = firm.people["first"], firm.people["maker"]
    with pytest.raises(ReasonMissing):
        await service.refuse(
            tx, approval_id=refused.id, refused_by=checker.actor, reason=" ", at=AT
        )
    one = await service.refuse(
        tx, approval_id=refused.id, refused_by=checker.actor, reason="金额有误", at=AT
    )
    assert (one.state, one.note) == ("refused", "金额有误")
    with pytest.raises(NotTheMaker):
        await service.withdraw(tx, approval_id=withdrawn.id, withdrawn_by=checker.actor, at=AT)
    two = await service.withdraw(tx, approval_id=withdrawn.id, withdrawn_by=maker.actor, at=AT)
    assert two.state == "withdrawn"
    over = expired.expires_at
    with pytest.raises(AlreadyDecided):
        await checker.sign(tx, expired, at=over)
    await service.expire(tx, at=over - SECOND)
    assert (await service.get(tx, expired.id, reader=maker.actor)).state == "open"
    await service.expire(tx, at=over)
    three = await service.get(tx, expired.id, reader=maker.actor)
    assert (three.state, three.decided_by) == ("expired", None)
    for each in (refused, withdrawn, expired):
        with pytest.raises(AlreadyDecided):
            await checker.sign(tx, each, at=AT)


async def test_deadlines_lie_ahead_and_not_too_far(tx: WriteSession, firm: Firm) -> None:
    for wrong in (AT, AT - HOUR, AT + timedelta(days=91)):
        with pytest.raises(BadDeadline):
            await _opened_until(tx, firm, wrong)
    found = await _opened_until(tx, firm, AT + HOUR)
    assert found.expires_at == AT + HOUR


async def test_without_a_policy_nothing_is_opened(tx: WriteSession, firm: Firm) -> None:
    await _change(tx, firm, None)
    maker = firm.people["maker"].actor
    waiting = await payments.ask_transfer(tx, firm.order(), initiated_by=maker, at=AT)
    assert isinstance(waiting, Proposal)
    with pytest.raises(NoPolicy):
        await _opened_until(tx, firm, AT + HOUR)


async def test_evidence_cannot_be_changed_by_the_application(tx: WriteSession, firm: Firm) -> None:
    opened = await firm.opened(tx)
    await firm.people["first"].sign(tx, opened)
    for statement in (
        "UPDATE approvals_signature SET proof = '{}'",
        "UPDATE approvals_approval SET document = '{}'",
        "UPDATE approvals_policy SET policy = NULL, digest = NULL",
        "UPDATE approvals_key SET public_key = public_key",
        "DELETE FROM approvals_signature",
        "DELETE FROM approvals_approval",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with tx.begin_nested():
                await tx.execute(text(statement))


async def _opened_until(tx: WriteSession, firm: Firm, deadline: object) -> Approval:
    order = firm.order()
    return await service.open_instruction(
        tx,
        instruction=payments.TRANSFER.instruction,
        payload=order,
        party_id=firm.party_id,
        amount=order.amount,
        maker=firm.people["maker"].actor,
        expires_at=deadline,  # type: ignore[arg-type]
        at=AT,
    )


async def _change(tx: WriteSession, firm: Firm, wanted: service.Policy | None) -> None:
    """Change the policy under itself: two checkers sign."""
    change = service.ChangedPolicy(party_id=firm.party_id, policy=wanted)
    opened = await service.open_change(
        tx, change=change, maker=firm.people["administrator"].actor, at=AT
    )
    await firm.people["first"].sign(tx, opened)
    assert (await firm.people["second"].sign(tx, opened)).state == "executed"
