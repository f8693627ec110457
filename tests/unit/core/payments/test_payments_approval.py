"""Approving a payment is confirmed by the approver, for exactly this proposal."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.payments.conftest import pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.step_up import (
    RULES,
    TOKEN_LIFETIME,
    Action,
    Proof,
    StepUpRequired,
)
from tongbao.core.identity.domain.step_up_words import described
from tongbao.core.identity.service import step_up
from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.domain.step_up import APPROVAL, LARGE
from tongbao.infra import proposals
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Proposal, State
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao_sandbox.uscc import registration_number

SECOND = timedelta(seconds=1)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


@dataclass
class Firm:
    """A firm with money, a maker whose band is low, and two who may approve."""

    party_id: UUID
    account: accounts.DepositAccount
    payee: accounts.DepositAccount
    payee_name: str
    maker: Person
    checker: Person
    other: Person

    async def proposed(self, tx: WriteSession, amount: str = "20000.00") -> Proposal:
        """Have the maker propose a payment."""
        payload = service.ProposedTransfer(
            debtor_account_id=self.account.id,
            creditor_account_number=self.payee.number,
            creditor_name=self.payee_name,
            amount=cny(amount),
        )
        return await proposals.propose(
            tx,
            action=service.TRANSFER.action,
            payload=payload,
            maker=self.maker.actor,
            party_id=self.party_id,
            at=AT,
        )

    async def wanted(self, tx: WriteSession, made: Proposal) -> Action:
        """Approve without a token; return the action that is to be confirmed."""
        with pytest.raises(StepUpRequired) as refused:
            await approve(tx, made, self.checker.actor, token=None)
        action = refused.value.facts["action"]
        assert isinstance(action, dict)
        return Action(**action)

    async def token(self, tx: WriteSession, made: Proposal, at: datetime = AT) -> str:
        return await self.checker.confirmed(tx, await self.wanted(tx, made), at=at)

    async def balance(self, tx: WriteSession) -> Money | None:
        return (await accounts.balance(tx, self.account.id)).available


async def approve(
    tx: WriteSession, made: Proposal, approver: Actor, *, token: str | None, at: datetime = AT
) -> Proposal:
    return await proposals.approve(
        tx,
        proposal_id=made.id,
        digest=made.digest,
        approver=approver,
        find_actor=identity.find_actor,
        step_up_token=token,
        at=at,
    )


async def _member(tx: WriteSession, party_id: UUID, role: identity.MemberRole, band: str) -> Person:
    person = await new_person(tx)
    await identity.add_member(
        tx,
        user_id=person.user.id,
        party_id=party_id,
        role=role,
        bands={"CNY": cny(band)},
        added_by=person.user.id,
        at=AT,
    )
    actor = await identity.find_actor(tx, person.user.id, AT)
    assert actor is not None
    person.actor = replace(actor, session_id=new_id())
    return person


async def _account(tx: WriteSession, name: str) -> tuple[UUID, accounts.DepositAccount]:
    party = await parties.register_organisation(
        tx, name=name, registration_number=registration_number(secrets.token_hex(8)), at=AT
    )
    await parties.set_level(
        tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    return party.id, await accounts.open_account(tx, party_id=party.id, currency="CNY", at=AT)


@pytest.fixture
async def firm(tx: WriteSession) -> Firm:
    party_id, account = await _account(tx, "杭州晨光文具有限公司")
    payee_name = "宁波远洋贸易有限公司"
    _, payee = await _account(tx, payee_name)
    await pay_in(tx, account, cny("90000.00"))
    made = Firm(
        party_id,
        account,
        payee,
        payee_name,
        maker=await _member(tx, party_id, identity.MemberRole.MAKER, "100.00"),
        checker=await _member(tx, party_id, identity.MemberRole.CHECKER, "50000.00"),
        other=await _member(tx, party_id, identity.MemberRole.CHECKER, "50000.00"),
    )
    for each in (made.checker, made.other):
        await each.add_passkey(tx)
    return made


async def test_what_is_confirmed_is_the_proposal_and_what_it_pays(
    tx: WriteSession, firm: Firm
) -> None:
    made = await firm.proposed(tx)
    action = await firm.wanted(tx, made)
    assert action.kind == APPROVAL
    assert action.facts == {
        "proposal_id": str(made.id),
        "proposal_digest": made.digest,
        "debtor_account_number": firm.account.number,
        "creditor_account_number": firm.payee.number,
        "creditor_name": firm.payee_name,
        "amount": "20000.00",
        "currency": "CNY",
    }
    assert firm.payee_name in described(action).zh
    assert Proof.PASSWORD not in RULES[APPROVAL].proofs
    assert await firm.balance(tx) == cny("90000.00")
    seen = await proposals.get(tx, made.id, reader=firm.checker.actor)
    assert seen.state is State.PENDING


async def test_confirmed_it_is_paid_once(tx: WriteSession, firm: Firm) -> None:
    made = await firm.proposed(tx)
    token = await firm.token(tx, made)
    done = await approve(tx, made, firm.checker.actor, token=token)
    assert done.state is State.EXECUTED
    assert await firm.balance(tx) == cny("70000.00")
    twin = await firm.proposed(tx)
    assert twin.digest == made.digest
    with pytest.raises(StepUpRequired) as spent:
        await approve(tx, twin, firm.checker.actor, token=token)
    assert spent.value.facts["token_refused"] is True


async def of_another_proposal(tx: WriteSession, firm: Firm, _made: Proposal) -> str:
    """Of one that says exactly the same."""
    return await firm.token(tx, await firm.proposed(tx))


async def of_a_smaller_one(tx: WriteSession, firm: Firm, _made: Proposal) -> str:
    return await firm.token(tx, await firm.proposed(tx, "200.00"))


async def of_another_approver(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    return await firm.other.confirmed(tx, await firm.wanted(tx, made))


async def of_another_session(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    elsewhere = Person(firm.checker.user, firm.checker.elsewhere(), device=firm.checker.device)
    return await elsewhere.confirmed(tx, await firm.wanted(tx, made))


async def of_a_transfer_of_their_own(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    action = await firm.wanted(tx, made)
    return await firm.checker.confirmed(tx, Action(LARGE, action.facts))


async def of_another_digest(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    action = await firm.wanted(tx, made)
    changed = Action(APPROVAL, {**action.facts, "proposal_digest": "0" * 64})
    return await firm.checker.confirmed(tx, changed)


async def too_old(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    return await firm.token(tx, made, at=AT - TOKEN_LIFETIME)


async def spent(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    action = await firm.wanted(tx, made)
    token = await firm.checker.confirmed(tx, action)
    await step_up.spend(tx, token=token, action=action, actor=firm.checker.actor, at=AT)
    return token


async def invented(_tx: WriteSession, _firm: Firm, _made: Proposal) -> str:
    return "invented"


@pytest.mark.parametrize(
    "forged",
    [
        of_another_proposal,
        of_a_smaller_one,
        of_another_approver,
        of_another_session,
        of_a_transfer_of_their_own,
        of_another_digest,
        too_old,
        spent,
        invented,
    ],
)
async def test_no_other_confirmation_pays_it(
    tx: WriteSession,
    firm: Firm,
    forged: Callable[[WriteSession, Firm, Proposal], Awaitable[str]],
) -> None:
    made = await firm.proposed(tx)
    token = await forged(tx, firm, made)
    with pytest.raises(StepUpRequired) as refused:
        await approve(tx, made, firm.checker.actor, token=token)
    assert refused.value.facts["token_refused"] is True
    assert await firm.balance(tx) == cny("90000.00")
    right = await firm.token(tx, made)
    await approve(tx, made, firm.checker.actor, token=right)
    assert await firm.balance(tx) == cny("70000.00")


async def test_the_token_is_good_until_just_before_it_ends(tx: WriteSession, firm: Firm) -> None:
    made = await firm.proposed(tx)
    token = await firm.token(tx, made)
    at = AT + TOKEN_LIFETIME - SECOND
    await approve(tx, made, firm.checker.actor, token=token, at=at)
    assert await firm.balance(tx) == cny("70000.00")


async def test_a_payment_that_fails_leaves_the_confirmation_as_it_was(
    tx: WriteSession, firm: Firm
) -> None:
    made = await firm.proposed(tx, "49999.00")
    other = await firm.proposed(tx, "49998.00")
    token, for_other = await firm.token(tx, made), await firm.token(tx, other)
    await approve(tx, other, firm.checker.actor, token=for_other)
    with pytest.raises(TongbaoError) as refused:
        async with tx.begin_nested():
            await approve(tx, made, firm.checker.actor, token=token)
    assert refused.value.code == "ledger.insufficient_funds"
    await pay_in(tx, firm.account, cny("20000.00"))
    await approve(tx, made, firm.checker.actor, token=token)


async def test_the_maker_confirms_nothing(tx: WriteSession, firm: Firm) -> None:
    made = await firm.proposed(tx)
    action = await firm.wanted(tx, made)
    await firm.maker.add_passkey(tx)
    token = await firm.maker.confirmed(tx, action)
    with pytest.raises(proposals.OwnProposal):
        await approve(tx, made, firm.maker.actor, token=token)
