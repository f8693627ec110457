"""Whoever has set up a passkey or an app is believed by nothing less: a thief with their SIM card.

The thief here knows the password and reads every message to the phone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from tests.support.authenticator import Authenticator
from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person
from tests.unit.core.identity.people import (
    a_device,
    a_phone,
    an_email,
    code_sent_to,
    try_password,
    with_contact,
)
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.challenges import Challenged, ChallengeOver, FactorNotOffered
from tongbao.core.identity.domain.contact_changes import Change, change_action
from tongbao.core.identity.domain.contacts import Channel, Contact
from tongbao.core.identity.domain.factors import SENT_CODES, accepted, own
from tongbao.core.identity.domain.passkeys import AddedPasskey, PasskeyNotRegistered
from tongbao.core.identity.domain.step_up import (
    FRESH,
    RULES,
    Action,
    Proof,
    ProofUnavailable,
    StepUpRefused,
    StepUpRequired,
    StepUpToken,
    believed,
)
from tongbao.core.identity.domain.totp import TotpMissing
from tongbao.core.identity.models import PasskeyRow, SessionRow
from tongbao.core.identity.service import passkeys, recovery_codes, step_up, totp
from tongbao.core.identity.service.challenges import available_factors, own_factors
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

STEP = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
ADD = Action("identity.passkey.add", {})
SET_UP = Action("identity.totp.set_up", {})
PAY = Action(
    "payments.transfer.large",
    {"creditor_name": "李四", "creditor_account_number": "9900010000000000026", "amount": "1.00"},
)

names = st.lists(st.sampled_from(["otp_sms", "otp_email", "totp", "passkey", "recovery_code"]))


@given(names)
def test_sent_codes_are_accepted_only_where_there_is_nothing_else(factors: list[str]) -> None:
    kept = accepted(factors)
    assert not (own(kept) and SENT_CODES & set(kept))
    assert own(kept) == own(factors)
    assert bool(kept) == bool(factors)


@given(st.lists(st.sampled_from(Proof), unique=True))
def test_who_is_protected_is_believed_by_no_code_and_no_password(able: list[Proof]) -> None:
    kept = believed(able, protected=True)
    assert set(able) - set(kept) <= {Proof.CODE, Proof.PASSWORD}
    assert not {Proof.CODE, Proof.PASSWORD} & set(kept)
    better = believed(able, protected=False)
    assert Proof.PASSWORD not in better or better == (Proof.PASSWORD,)


@pytest.fixture
async def phone(tx: WriteSession, person: Person) -> Contact:
    """The person's phone number, and the thief's since they copied the SIM card."""
    return await with_contact(tx, person.user)


async def set_up(tx: WriteSession, person: Person, factor: str) -> None:
    """Set up the first factor, before there is a phone to get codes at."""
    await (person.add_passkey(tx) if factor == "passkey" else person.set_up_totp(tx))


@pytest.mark.parametrize("factor", ["passkey", "totp"])
async def test_password_and_sim_card_do_not_log_in(
    tx: WriteSession, person: Person, factor: str
) -> None:
    await set_up(tx, person, factor)
    await with_contact(tx, person.user)
    await with_contact(tx, person.user, an_email())
    assert await available_factors(tx, user_id=person.user.id) == [factor, "recovery_code"]
    proven = await try_password(tx, person.user.login)
    assert isinstance(proven, identity.PasswordProven)
    begun = await identity.proceed(tx, proven=proven, at=AT)
    assert isinstance(begun, Challenged)
    assert begun.factors == [factor, "recovery_code"]
    for sent in sorted(SENT_CODES):
        with pytest.raises(FactorNotOffered):
            await identity.ask_factor(tx, challenge=begun.challenge, factor=sent, at=AT)
        with pytest.raises(FactorNotOffered):
            await identity.answer_factor(
                tx, challenge=begun.challenge, factor=sent, proof={"code": "123456"}, at=AT
            )


@pytest.mark.parametrize("factor", ["passkey", "totp"])
async def test_nor_confirm_anything(tx: WriteSession, person: Person, factor: str) -> None:
    await set_up(tx, person, factor)
    await with_contact(tx, person.user)
    for kind in RULES:
        action = Action(kind, PAY.facts)
        able = await step_up.possible_proofs(tx, user_id=person.user.id, action=action)
        assert not {Proof.CODE, Proof.PASSWORD} & set(able), kind
        assert able, f"{kind} cannot be done any more"
        for weak in (Proof.CODE, Proof.PASSWORD):
            with pytest.raises(ProofUnavailable):
                await step_up.challenge(tx, actor=person.actor, action=action, proof=weak, at=AT)


async def test_a_challenge_begun_before_the_passkey_was_added_is_over_with_it(
    tx: WriteSession, person: Person, phone: Contact
) -> None:
    """The thief has a code sent, and waits until the owner feels safe."""
    asked = await step_up.challenge(tx, actor=person.actor, action=ADD, proof=Proof.CODE, at=AT)
    for_step_up = await code_sent_to(tx, phone)
    log_in = await identity_challenge(tx, person)
    at = AT + timedelta(minutes=1)
    await identity.ask_factor(tx, challenge=log_in.challenge, factor="otp_sms", at=at)
    sent = await code_sent_to(tx, phone)
    await fresh(tx, person, at=at)
    await person_adds_passkey(tx, person, at=at)
    over = await identity.answer_factor(
        tx, challenge=log_in.challenge, factor="otp_sms", proof={"code": sent}, at=at
    )
    assert isinstance(over, ChallengeOver)
    result = await step_up.confirm(
        tx, actor=person.actor, challenge_id=asked.id, proof={"code": for_step_up}, at=at
    )
    assert isinstance(result, StepUpRefused)


async def identity_challenge(tx: WriteSession, person: Person) -> Challenged:
    proven = await try_password(tx, person.user.login)
    assert isinstance(proven, identity.PasswordProven)
    begun = await identity.proceed(tx, proven=proven, at=AT)
    assert isinstance(begun, Challenged)
    return begun


async def test_a_suspended_passkey_opens_no_weaker_door(tx: WriteSession, person: Person) -> None:
    """Whoever has a copy of the passkey gets it suspended, and must not gain by it."""
    await person.add_passkey(tx)
    await with_contact(tx, person.user)
    await recovery_codes.forget_recovery_codes(tx, user_id=person.user.id)
    await tx.execute(
        update(PasskeyRow).where(PasskeyRow.user_id == person.user.id).values(suspended_at=AT)
    )
    assert await available_factors(tx, user_id=person.user.id) == ["passkey"]
    begun = await identity_challenge(tx, person)
    asked = await identity.ask_factor(tx, challenge=begun.challenge, factor="passkey", at=AT)
    answer = {"assertion": person.device.get(asked["options"])}
    refused = await identity.answer_factor(
        tx, challenge=begun.challenge, factor="passkey", proof=answer, at=AT
    )
    assert not isinstance(refused, identity.NewSession)
    able = await step_up.possible_proofs(tx, user_id=person.user.id, action=ADD)
    assert able == (Proof.PASSKEY,)


async def test_a_payment_of_somebody_with_an_app_takes_both_codes(
    tx: WriteSession, person: Person
) -> None:
    await person.set_up_totp(tx)
    phone = await with_contact(tx, person.user)
    at = AT + 2 * STEP
    asked = await step_up.challenge(
        tx, actor=person.actor, action=PAY, proof=Proof.CODE_AND_TOTP, at=at
    )
    sent = await code_sent_to(tx, phone)
    app = person.code(at)
    wrong_app = f"{(int(app) + 1) % 10**6:06}"

    async def give(**proof: object) -> StepUpToken | StepUpRefused:
        return await step_up.confirm(
            tx, actor=person.actor, challenge_id=asked.id, proof=proof, at=at
        )

    for lacking in ({"code": sent}, {"totp": app}, {"code": app, "totp": sent}):
        assert isinstance(await give(**lacking), StepUpRefused)
    assert isinstance(await give(code=sent, totp=wrong_app), StepUpRefused)
    right = await give(code=sent, totp=app)
    assert isinstance(right, StepUpToken)
    await step_up.spend(tx, token=right.token, action=PAY, actor=person.actor, at=at)
    assert not await totp.use_totp_code(tx, user_id=person.user.id, code=app, at=at)


async def test_recovery_codes_lead_back_to_a_new_passkey(tx: WriteSession, person: Person) -> None:
    lost = await person.add_passkey(tx)
    await with_contact(tx, person.user)
    codes = person.recovery_codes
    assert len(codes) == 10
    add = await by_recovery_code(tx, person, ADD, codes[0])
    ceremony, options = await passkeys.registration_options(
        tx, actor=person.actor, step_up_token=add, at=AT
    )
    person.device = Authenticator()
    added = await passkeys.register(
        tx,
        actor=person.actor,
        ceremony_id=ceremony.id,
        credential=person.device.create(options),
        name="新手机",
        at=AT,
    )
    assert isinstance(added, AddedPasskey)
    assert added.recovery_codes == [], "the others are still good"
    remove = Action("identity.passkey.remove", {"passkey_id": str(lost.id)})
    token = await by_recovery_code(tx, person, remove, codes[1])
    await passkeys.remove_passkey(
        tx, actor=person.actor, passkey_id=lost.id, step_up_token=token, at=AT
    )
    assert await recovery_codes.recovery_codes_left(tx, person.user.id) == 8
    asked = await step_up.challenge(
        tx, actor=person.actor, action=remove, proof=Proof.RECOVERY_CODE, at=AT
    )
    again = await step_up.confirm(
        tx, actor=person.actor, challenge_id=asked.id, proof={"code": codes[1]}, at=AT
    )
    assert isinstance(again, StepUpRefused), "each is good once"


async def by_recovery_code(tx: WriteSession, person: Person, action: Action, code: str) -> str:
    asked = await step_up.challenge(
        tx, actor=person.actor, action=action, proof=Proof.RECOVERY_CODE, at=AT
    )
    given = await step_up.confirm(
        tx, actor=person.actor, challenge_id=asked.id, proof={"code": code}, at=AT
    )
    assert isinstance(given, StepUpToken)
    return given.token


async def test_recovery_codes_stay_until_the_last_factor_goes(
    tx: WriteSession, person: Person
) -> None:
    added = await person.add_passkey(tx)
    assert await person.set_up_totp(tx) == []
    at = AT + 2 * STEP
    user_id = person.user.id
    token = await person.confirmed(tx, Action("identity.totp.remove", {}), at=at)
    await totp.remove_totp(tx, actor=person.actor, step_up_token=token, at=at)
    assert await recovery_codes.recovery_codes_left(tx, user_id) == 10
    remove = Action("identity.passkey.remove", {"passkey_id": str(added.id)})
    token = await person.confirmed(tx, remove, at=at)
    await passkeys.remove_passkey(
        tx, actor=person.actor, passkey_id=added.id, step_up_token=token, at=at
    )
    assert await recovery_codes.recovery_codes_left(tx, user_id) == 0
    assert await own_factors(tx, user_id=user_id) == []


@pytest.mark.parametrize(
    "kind", ["payments.transfer.large", "identity.contact.change", "identity.limits.change"]
)
def test_a_recovery_code_stands_in_for_a_factor_and_confirms_nothing_else(kind: str) -> None:
    assert Proof.RECOVERY_CODE not in RULES[kind].proofs


# The first factor right after a log-in by code.


async def fresh(
    tx: WriteSession,
    person: Person,
    factors: Sequence[str] = ("otp", "password"),
    at: datetime = AT,
) -> Actor:
    """Let the person's session be one that began at `at` by these factors."""
    session = await identity.begin_session(
        tx, user_id=person.user.id, factors=frozenset(factors), device=a_device(), at=at
    )
    person.actor = replace(person.actor, session_id=session.session_id, factors=frozenset(factors))
    return person.actor


async def person_adds_passkey(tx: WriteSession, person: Person, at: datetime = AT) -> None:
    ceremony, options = await passkeys.registration_options(
        tx, actor=person.actor, step_up_token=None, at=at
    )
    added = await passkeys.register(
        tx,
        actor=person.actor,
        ceremony_id=ceremony.id,
        credential=person.device.create(options),
        name="我的手机",
        at=at,
    )
    assert isinstance(added, AddedPasskey)


async def test_the_first_factor_needs_no_second_code_right_after_the_first(
    tx: WriteSession, person: Person, phone: Contact
) -> None:
    actor = await fresh(tx, person)
    at = AT + FRESH - SECOND
    await totp.set_up_totp(tx, actor=actor, step_up_token=None, at=at)
    await person_adds_passkey(tx, person, at=at)
    for add in (passkeys.registration_options, totp.set_up_totp):  # now they have a factor
        with pytest.raises(StepUpRequired) as refused:
            await add(tx, actor=actor, step_up_token=None, at=at)
        assert refused.value.facts["proofs"] == ["passkey", "recovery_code"]


async def test_what_a_thief_half_set_up_in_the_same_session_ends_with_the_owner_s_factor(
    tx: WriteSession, person: Person, phone: Contact
) -> None:
    actor = await fresh(tx, person)
    made = await totp.set_up_totp(tx, actor=actor, step_up_token=None, at=AT)
    ceremony, options = await passkeys.registration_options(
        tx, actor=actor, step_up_token=None, at=AT
    )
    await person_adds_passkey(tx, person)
    code = pyotp.TOTP(made.secret).at(AT)
    with pytest.raises(TotpMissing):
        await totp.confirm_totp(tx, user_id=actor.id, code=code, at=AT)
    late = await passkeys.register(
        tx,
        actor=actor,
        ceremony_id=ceremony.id,
        credential=Authenticator().create(options),
        name="x",
        at=AT,
    )
    assert isinstance(late, PasskeyNotRegistered)


async def test_it_is_soon_over(tx: WriteSession, person: Person, phone: Contact) -> None:
    actor = await fresh(tx, person)
    with pytest.raises(StepUpRequired):
        await totp.set_up_totp(tx, actor=actor, step_up_token=None, at=AT + FRESH)


async def test_it_is_of_this_session_and_of_nothing_else(
    tx: WriteSession, person: Person, phone: Contact
) -> None:
    actor = await fresh(tx, person)
    others = {
        "another session": replace(actor, session_id=new_id()),
        "no session": replace(actor, session_id=None),
        "another user": replace(actor, id=new_id()),
        "a session that says so and is not": replace(await fresh(tx, person, ["password"])),
        "a password alone": replace(person.actor, factors=frozenset({"otp", "password"})),
        "an account elsewhere": await fresh(tx, person, ["external"]),
    }
    for why, other in others.items():
        assert await needs_step_up(tx, other), why
    assert not await needs_step_up(tx, actor)
    await tx.execute(
        update(SessionRow)
        .where(SessionRow.id == actor.session_id)
        .values(ended_at=AT, end_reason="revoked")
    )
    assert await needs_step_up(tx, actor)


async def needs_step_up(tx: WriteSession, actor: Actor) -> bool:
    try:
        await step_up.spend_for_factor(tx, token=None, action=SET_UP, actor=actor, at=AT)
    except StepUpRequired:
        return True
    return False


async def test_it_changes_no_contact_and_pays_nobody(
    tx: WriteSession, person: Person, phone: Contact
) -> None:
    actor = await fresh(tx, person)
    new = a_phone()
    change = change_action(Change.REPLACE, Channel.PHONE, new.address)
    for action in (PAY, change):
        with pytest.raises(StepUpRequired):
            await step_up.spend(tx, token=None, action=action, actor=actor, at=AT)
    with pytest.raises(StepUpRequired):
        await identity.begin_contact_change(
            tx,
            actor=actor,
            contact=new,
            what=Change.REPLACE,
            step_up_token=None,
            device=a_device(),
            language="zh",
            at=AT,
        )


async def test_a_token_that_is_wrong_is_not_forgiven(
    tx: WriteSession, person: Person, phone: Contact
) -> None:
    actor = await fresh(tx, person)
    with pytest.raises(StepUpRequired) as refused:
        await totp.set_up_totp(tx, actor=actor, step_up_token="invented", at=AT)
    assert refused.value.facts["token_refused"] is True
