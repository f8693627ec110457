"""Step-up: one exact action, one user, one session, one use, three minutes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.authenticator import unb64
from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import PASSWORD, Person, new_person
from tongbao.core.identity.domain.step_up import (
    ATTEMPTS_MAX,
    CHALLENGE_LIFETIME,
    FACTS_MAX,
    FAILURES_MAX,
    FAILURES_PERIOD,
    NONCE_BYTES,
    RULES,
    TOKEN_LIFETIME,
    Action,
    Proof,
    ProofUnavailable,
    StepUpChallenge,
    StepUpLocked,
    StepUpRefused,
    StepUpRequired,
    StepUpToken,
    UnknownAction,
)
from tongbao.core.identity.models import StepUpRow
from tongbao.core.identity.service import step_up
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

PAY = Action(
    "payments.transfer.large",
    {"creditor": "9900010000000000026", "amount": "88000.00", "currency": "CNY"},
)
ADD = Action("identity.passkey.add", {})
RIGHT, WRONG = {"password": PASSWORD}, {"password": "wrong " + PASSWORD}

facts = st.dictionaries(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
    st.text(st.characters(codec="utf-8"), max_size=8),
    max_size=4,
)


@given(one=facts, other=facts, kinds=st.tuples(*[st.sampled_from(sorted(RULES))] * 2))
def test_a_digest_is_of_one_action_only(
    one: dict[str, str], other: dict[str, str], kinds: tuple[str, str]
) -> None:
    left, right = Action(kinds[0], one), Action(kinds[1], other)
    assert (left.digest == right.digest) == ((kinds[0], one) == (kinds[1], other))


def test_the_order_of_facts_does_not_matter_and_the_digest_stays_what_it_was() -> None:
    turned = Action(PAY.kind, dict(reversed(list(PAY.facts.items()))))
    assert turned.digest == PAY.digest
    assert ADD.digest.hex() == "a889bed4ed15f3bcf25cb0bc8213c4d004b6f2a7c20b02879ecc015d7d709a56"


@pytest.mark.parametrize(
    "action",
    [
        Action("payments.transfer", {}),
        Action("", {}),
        Action(ADD.kind, {"x": "y" * 501}),
        Action(ADD.kind, {"": "y"}),
        Action(ADD.kind, {f"x{i}": "" for i in range(FACTS_MAX + 1)}),
    ],
)
async def test_what_nobody_confirms(tx: WriteSession, person: Person, action: Action) -> None:
    with pytest.raises(UnknownAction):
        await step_up.challenge(tx, actor=person.actor, action=action, proof=Proof.PASSWORD, at=AT)


def test_a_code_that_names_no_content_confirms_no_payment() -> None:
    for kind, rule in RULES.items():
        if kind.startswith("payments."):
            assert not {Proof.TOTP, Proof.PASSWORD} & set(rule.proofs)


async def ask(
    tx: WriteSession, actor: Actor, action: Action = ADD, proof: Proof = Proof.PASSWORD
) -> StepUpChallenge:
    return await step_up.challenge(tx, actor=actor, action=action, proof=proof, at=AT)


async def give(
    tx: WriteSession,
    actor: Actor,
    asked: StepUpChallenge,
    proof: Mapping[str, Any] = RIGHT,
    at: Any = AT,
) -> StepUpToken | StepUpRefused:
    return await step_up.confirm(tx, actor=actor, challenge_id=asked.id, proof=proof, at=at)


async def test_without_a_token_the_answer_says_what_to_do(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    with pytest.raises(StepUpRequired) as required:
        await step_up.spend(tx, token=None, action=PAY, actor=person.actor, at=AT)
    assert required.value.facts == {
        "action": {"kind": PAY.kind, "facts": PAY.facts},
        "action_text": RULES[PAY.kind].text,
        "action_digest": PAY.digest.hex(),
        "proofs": ["passkey"],
        "token_refused": False,
    }
    assert "大额转账" in required.value.say("zh")


async def test_a_token_lets_its_action_pass_once(tx: WriteSession, person: Person) -> None:
    token = await person.confirmed(tx, ADD)
    await step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT)
    with pytest.raises(StepUpRequired) as refused:
        await step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT)
    assert refused.value.facts["token_refused"] is True


@pytest.mark.parametrize(
    "other",
    [
        Action("identity.totp.set_up", {}),
        Action(ADD.kind, {"passkey_id": "1"}),
        PAY,
        Action(PAY.kind, {**PAY.facts, "amount": "88000.01"}),
        Action(PAY.kind, {**PAY.facts, "currency": "USD"}),
        Action(PAY.kind, {**PAY.facts, "creditor": "9900010000000000027"}),
        Action("payments.transfer.new_payee", PAY.facts),
    ],
)
async def test_a_token_is_good_for_no_other_action(
    tx: WriteSession, person: Person, other: Action
) -> None:
    await person.add_passkey(tx)
    for action in (ADD, PAY):
        if action == other:
            continue
        token = await person.confirmed(tx, action)
        with pytest.raises(StepUpRequired):
            await step_up.spend(tx, token=token, action=other, actor=person.actor, at=AT)
        await step_up.spend(tx, token=token, action=action, actor=person.actor, at=AT)


async def test_a_token_is_good_for_no_other_user_and_in_no_other_session(
    tx: WriteSession, person: Person
) -> None:
    token = await person.confirmed(tx, ADD)
    thief = (await new_person(tx)).actor
    same_session = Actor(
        id=thief.id, kind="customer", name="贼", session_id=person.actor.session_id
    )
    no_session = Actor(id=person.actor.id, kind="customer", name="张伟")
    for actor in (thief, same_session, person.elsewhere(), no_session):
        with pytest.raises(StepUpRequired):
            await step_up.spend(tx, token=token, action=ADD, actor=actor, at=AT)
    await step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT)


async def test_a_challenge_is_answered_by_its_user_in_its_session_only(
    tx: WriteSession, person: Person
) -> None:
    asked = await ask(tx, person.actor)
    for actor in ((await new_person(tx)).actor, person.elsewhere()):
        assert isinstance(await give(tx, actor, asked), StepUpRefused)
    assert isinstance(await give(tx, person.actor, asked), StepUpToken)


async def test_everything_ends_after_three_minutes(tx: WriteSession, person: Person) -> None:
    late = await ask(tx, person.actor)
    assert isinstance(await give(tx, person.actor, late, at=AT + CHALLENGE_LIFETIME), StepUpRefused)
    token = await person.confirmed(tx, ADD)
    with pytest.raises(StepUpRequired):
        await step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT + TOKEN_LIFETIME)
    assert timedelta(minutes=3) == TOKEN_LIFETIME == CHALLENGE_LIFETIME


async def test_a_challenge_gives_one_token(tx: WriteSession, person: Person) -> None:
    asked = await ask(tx, person.actor)
    assert isinstance(await give(tx, person.actor, asked), StepUpToken)
    assert isinstance(await give(tx, person.actor, asked), StepUpRefused)


async def test_the_token_is_stored_as_a_hash_only(tx: WriteSession, person: Person) -> None:
    token = await person.confirmed(tx, ADD)
    row = (
        await tx.execute(select(StepUpRow).where(StepUpRow.user_id == person.user.id))
    ).scalar_one()
    assert token not in str(row.__dict__)


async def test_a_passkey_signs_the_action(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    asked = await ask(tx, person.actor, PAY, Proof.PASSKEY)
    assert asked.options is not None
    assert unb64(asked.options["challenge"])[NONCE_BYTES:] == PAY.digest
    assert asked.options["userVerification"] == "required"
    answer = {"assertion": person.device.get(asked.options)}
    assert isinstance(await give(tx, person.actor, asked, answer), StepUpToken)
    row = (await tx.execute(select(StepUpRow).where(StepUpRow.id == asked.id))).scalar_one()
    assert row.evidence is not None
    assert row.evidence["signature"] == answer["assertion"]["response"]["signature"]


async def test_a_signature_over_one_action_is_not_taken_for_another(
    tx: WriteSession, person: Person
) -> None:
    await person.add_passkey(tx)
    small = Action(PAY.kind, {**PAY.facts, "amount": "1.00"})
    shown = await ask(tx, person.actor, small, Proof.PASSKEY)
    wanted = await ask(tx, person.actor, PAY, Proof.PASSKEY)
    assert shown.options is not None
    signed = {"assertion": person.device.get(shown.options)}
    assert isinstance(await give(tx, person.actor, wanted, signed), StepUpRefused)
    assert isinstance(await give(tx, person.actor, shown, signed), StepUpToken)
    assert isinstance(await give(tx, person.actor, shown, signed), StepUpRefused)


@pytest.mark.parametrize(
    "proof", [{}, WRONG, {"code": "123456"}, {"assertion": {}}, {"password": 1}, {"password": ""}]
)
async def test_wrong_proofs(tx: WriteSession, person: Person, proof: dict[str, Any]) -> None:
    asked = await ask(tx, person.actor)
    assert isinstance(await give(tx, person.actor, asked, proof), StepUpRefused)


async def test_five_wrong_proofs_end_a_challenge(tx: WriteSession, person: Person) -> None:
    asked = await ask(tx, person.actor)
    for _ in range(ATTEMPTS_MAX):
        assert isinstance(await give(tx, person.actor, asked, WRONG), StepUpRefused)
    assert isinstance(await give(tx, person.actor, asked), StepUpRefused)


async def test_wrong_proofs_for_many_challenges_lock_the_user_for_a_while(
    tx: WriteSession, person: Person
) -> None:
    open_before = await ask(tx, person.actor)
    for _ in range(FAILURES_MAX):
        asked = await ask(tx, person.actor)
        assert isinstance(await give(tx, person.actor, asked, WRONG), StepUpRefused)
    with pytest.raises(StepUpLocked) as locked:
        await give(tx, person.actor, open_before)
    with pytest.raises(StepUpLocked):
        await ask(tx, person.actor)
    assert locked.value.facts == {"retry_after_seconds": 15 * 60 + 1}
    await ask(tx, (await new_person(tx)).actor)
    at = AT + FAILURES_PERIOD
    await step_up.challenge(tx, actor=person.actor, action=ADD, proof=Proof.PASSWORD, at=at)


async def test_challenges_have_a_limit(tx: WriteSession, person: Person) -> None:
    for _ in range(step_up.CHALLENGES_MAX):
        await ask(tx, person.actor)
    with pytest.raises(StepUpLocked):
        await ask(tx, person.actor)


async def test_a_password_proves_only_what_nothing_better_can(
    tx: WriteSession, person: Person
) -> None:
    asked = await ask(tx, person.actor)
    assert isinstance(await give(tx, person.actor, asked), StepUpToken)
    await person.set_up_totp(tx)
    with pytest.raises(ProofUnavailable) as refused:
        await ask(tx, person.actor)
    assert refused.value.facts == {"proofs": "totp, recovery_code"}


async def test_who_has_nothing_can_confirm_no_payment(tx: WriteSession, person: Person) -> None:
    for proof in Proof:
        with pytest.raises(ProofUnavailable):
            await ask(tx, person.actor, PAY, proof)


async def test_an_unknown_challenge_is_refused_alike(tx: WriteSession, person: Person) -> None:
    result = await step_up.confirm(
        tx, actor=person.actor, challenge_id=new_id(), proof=RIGHT, at=AT
    )
    assert isinstance(result, StepUpRefused)
