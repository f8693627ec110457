"""Recovering an account without its factors: the thief waits, the owner is told and calls it off.

The thief knows the password and reads the phone's messages; the owner has an e-mail address too.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person
from tests.unit.core.identity.people import (
    a_device,
    a_phone,
    an_address,
    an_email,
    cancel_code_sent_to,
    code_sent_to,
    sent_to,
    try_password,
    with_contact,
)
from tests.unit.core.identity.test_logging_in_service import other_than
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.challenges import (
    Challenged,
    ChallengeOver,
    FactorNotOffered,
    FactorRefused,
)
from tongbao.core.identity.domain.contact_changes import Change, change_action
from tongbao.core.identity.domain.contacts import Channel, Contact
from tongbao.core.identity.domain.recoveries import (
    COOLING,
    OPEN_FOR,
    WAIT_DEFAULT,
    CoolingOff,
    Recovery,
    RecoveryImpossible,
    RecoveryWaits,
    UnknownRecovery,
)
from tongbao.core.identity.domain.step_up import Action, Proof, StepUpRequired
from tongbao.core.identity.models import DeviceRow, RecoveryRow
from tongbao.core.identity.service import passkeys, recoveries, step_up
from tongbao.core.identity.service.challenges import available_factors
from tongbao.core.identity.service.open_recoveries import find_recovery
from tongbao.infra.db import WriteSession

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
READY = AT + WAIT_DEFAULT


@dataclass
class Case:
    """Somebody with a passkey, their phone number (which a thief reads too) and e-mail address."""

    owner: Person
    phone: Contact
    email: Contact

    @property
    def id(self) -> UUID:
        return self.owner.user.id

    async def challenge(self, tx: WriteSession, at: datetime) -> Challenged:
        """Show the password."""
        proven = await try_password(tx, self.owner.user.login, at=at)
        assert isinstance(proven, identity.PasswordProven)
        return await recoveries.begin_recovery(tx, proven=proven, at=at)

    async def code(self, tx: WriteSession, begun: Challenged, at: datetime) -> str:
        await identity.ask_factor(tx, challenge=begun.challenge, factor="otp_sms", at=at)
        return await code_sent_to(tx, self.phone)

    async def request(self, tx: WriteSession, at: datetime = AT) -> Recovery:
        begun = await self.challenge(tx, at)
        code = await self.code(tx, begun, at)
        made = await requested(tx, begun, code, at=at)
        assert isinstance(made, Recovery)
        return made

    async def complete(self, tx: WriteSession, at: datetime) -> object:
        begun = await self.challenge(tx, at)
        code = await self.code(tx, begun, at)
        return await recoveries.complete_recovery(
            tx, challenge=begun.challenge, factor="otp_sms", code=code, at=at
        )

    async def has_lost_all(self, tx: WriteSession) -> bool:
        return await available_factors(tx, user_id=self.id) == ["otp_sms", "otp_email"]


REQUESTED = "identity.recovery_requested"


async def requested(tx: WriteSession, begun: Challenged, code: str, *, at: datetime) -> object:
    return await recoveries.request_recovery(
        tx,
        challenge=begun.challenge,
        factor="otp_sms",
        code=code,
        device=a_device(address=an_address()),
        at=at,
    )


@pytest.fixture
async def case(tx: WriteSession, person: Person) -> Case:
    await person.add_passkey(tx)
    return Case(
        person,
        await with_contact(tx, person.user),
        await with_contact(tx, person.user, an_email()),
    )


async def test_it_takes_two_days_and_both_proofs_twice(tx: WriteSession, case: Case) -> None:
    made = await case.request(tx)
    assert (made.ready_at, made.expires_at) == (READY, READY + OPEN_FOR)
    assert isinstance(await case.complete(tx, READY - SECOND), RecoveryWaits)
    assert not await case.has_lost_all(tx)
    assert await case.complete(tx, READY + MINUTE) == case.id
    assert await case.has_lost_all(tx)
    with pytest.raises(RecoveryImpossible):
        await case.complete(tx, READY + 3 * MINUTE)


@pytest.mark.parametrize(
    ("after", "done"),
    [
        (WAIT_DEFAULT - timedelta(microseconds=1), RecoveryWaits),
        (WAIT_DEFAULT, UUID),
        (WAIT_DEFAULT + OPEN_FOR - timedelta(microseconds=1), UUID),
        (WAIT_DEFAULT + OPEN_FOR, UnknownRecovery),
    ],
)
async def test_the_wait_ends_to_the_microsecond(
    tx: WriteSession, case: Case, after: timedelta, done: type
) -> None:
    await case.request(tx)
    assert isinstance(await case.complete(tx, AT + after), done)
    assert await case.has_lost_all(tx) is (done is UUID)


async def test_the_thief_gets_nowhere_while_the_owner_is_told_everywhere(
    tx: WriteSession, case: Case
) -> None:
    await case.request(tx)
    for contact in (case.phone, case.email):
        told = (await sent_to(tx, contact))[0]
        assert (told.template, told.kind, told.state) == (REQUESTED, "alert", "queued")
        assert "cancel_code" not in told.facts
    events = await identity.list_security_events(tx, user_id=case.id)
    assert events.items[0].kind == "recovery_requested"
    assert await find_recovery(tx, user_id=case.id, at=AT) is not None, "shown in every session"
    # The passkey still stands between the thief and the account.
    assert await available_factors(tx, user_id=case.id) == ["passkey", "recovery_code"]
    assert isinstance(await case.complete(tx, AT + MINUTE), RecoveryWaits)


async def test_asking_again_neither_hastens_nor_puts_off(tx: WriteSession, case: Case) -> None:
    first = await case.request(tx)
    again = await case.request(tx, AT + timedelta(hours=47))
    assert again == first
    messages = [each for each in await sent_to(tx, case.email) if each.template == REQUESTED]
    assert len(messages) == 1


async def test_what_expired_makes_room_for_another(tx: WriteSession, case: Case) -> None:
    first = await case.request(tx)
    second = await case.request(tx, first.expires_at)
    assert second.ready_at == first.expires_at + WAIT_DEFAULT
    assert isinstance(await case.complete(tx, first.expires_at + MINUTE), RecoveryWaits)


async def by_session(tx: WriteSession, case: Case) -> None:
    await recoveries.cancel_recovery(tx, user_id=case.id, at=READY)


async def by_phone(tx: WriteSession, case: Case) -> None:
    code = await cancel_code_sent_to(tx, case.phone)
    await recoveries.cancel_by_code(tx, code=code, at=READY)


async def by_email_as_people_type(tx: WriteSession, case: Case) -> None:
    code = await cancel_code_sent_to(tx, case.email)
    await recoveries.cancel_by_code(tx, code=code.lower().replace("-", " "), at=READY)


async def by_passkey(tx: WriteSession, case: Case) -> None:
    ceremony, options = await passkeys.log_in_options(tx, at=READY)
    credential = case.owner.device.get(options)
    assert case.id == await passkeys.asserted_user(
        tx, ceremony_id=ceremony.id, credential=credential, at=READY
    )


async def by_second_factor(tx: WriteSession, case: Case) -> None:
    proven = await try_password(tx, case.owner.user.login, at=READY)
    assert isinstance(proven, identity.PasswordProven)
    begun = await identity.proceed(tx, proven=proven, at=READY)
    assert isinstance(begun, Challenged)
    answer = await identity.answer_factor(
        tx,
        challenge=begun.challenge,
        factor="recovery_code",
        proof={"code": case.owner.recovery_codes[0]},
        at=READY,
    )
    assert answer == case.id


async def by_step_up(tx: WriteSession, case: Case) -> None:
    await case.owner.confirmed(tx, Action("identity.passkey.add", {}), at=READY)


async def by_changing_the_password(tx: WriteSession, case: Case) -> None:
    proven = await try_password(tx, case.owner.user.login, at=READY)
    assert isinstance(proven, identity.PasswordProven)
    unchanged = await tx.scalar(
        text("SELECT password_hash FROM identity_user WHERE id = :id"), {"id": case.id}
    )
    await identity.change_password(
        tx, proven=proven, password_hash=unchanged, session_id=None, at=READY
    )


@pytest.mark.parametrize(
    ("cancel", "means"),
    [
        (by_session, "session"),
        (by_phone, "contact"),
        (by_email_as_people_type, "contact"),
        (by_passkey, "factor"),
        (by_second_factor, "factor"),
        (by_step_up, "factor"),
        (by_changing_the_password, "password"),
    ],
)
async def test_the_owner_calls_it_off(
    tx: WriteSession,
    case: Case,
    cancel: Callable[[WriteSession, Case], Awaitable[None]],
    means: str,
) -> None:
    await case.request(tx)
    await cancel(tx, case)
    row = (await tx.execute(select(RecoveryRow).where(RecoveryRow.user_id == case.id))).scalar_one()
    await tx.refresh(row)
    assert (row.ending, row.means) == ("cancelled", means)
    assert isinstance(await case.complete(tx, READY + MINUTE), UnknownRecovery)
    assert not await case.has_lost_all(tx)
    templates = {each.template for each in await sent_to(tx, case.email)}
    assert "identity.recovery_cancelled" in templates


async def test_a_wrong_factor_calls_nothing_off(tx: WriteSession, case: Case) -> None:
    """Nor does a sent code: the thief's own must not, and nobody's wrong one."""
    made = await case.request(tx)
    proven = await try_password(tx, case.owner.user.login)
    assert isinstance(proven, identity.PasswordProven)
    begun = await identity.proceed(tx, proven=proven, at=AT)
    assert isinstance(begun, Challenged)
    wrong = await identity.answer_factor(
        tx,
        challenge=begun.challenge,
        factor="recovery_code",
        proof={"code": "0000-0000-0000-0000"},
        at=AT,
    )
    assert isinstance(wrong, FactorRefused)
    assert await find_recovery(tx, user_id=case.id, at=AT) == made


@pytest.mark.parametrize("code", ["", "0000-0000-0000-0000", "x" * 64, "U" * 16, "1' OR '1'='1"])
async def test_codes_that_call_nothing_off(tx: WriteSession, case: Case, code: str) -> None:
    await case.request(tx)
    with pytest.raises(UnknownRecovery):
        await recoveries.cancel_by_code(tx, code=code, at=AT)
    right = await cancel_code_sent_to(tx, case.email)
    await recoveries.cancel_by_code(tx, code=right, at=AT)
    with pytest.raises(UnknownRecovery):
        await recoveries.cancel_by_code(tx, code=right, at=AT)
    with pytest.raises(UnknownRecovery):
        await recoveries.cancel_recovery(tx, user_id=case.id, at=AT)


async def test_there_is_nothing_to_call_off_once_it_has_expired(
    tx: WriteSession, case: Case
) -> None:
    await case.request(tx)
    code = await cancel_code_sent_to(tx, case.phone)
    with pytest.raises(UnknownRecovery):
        await recoveries.cancel_by_code(tx, code=code, at=READY + OPEN_FOR)


async def test_everything_that_was_open_ends_with_it(tx: WriteSession, case: Case) -> None:
    await case.request(tx)
    session = await identity.begin_session(
        tx, user_id=case.id, factors=frozenset({"passkey"}), device=a_device(), at=READY
    )
    issued = await identity.issue_token(
        tx, user_id=case.id, factors=frozenset({"passkey"}), at=READY
    )
    assert await case.complete(tx, READY + MINUTE) == case.id
    at = READY + MINUTE
    assert await identity.BrowserSessions.find(tx, session.secret, at) is None
    assert await identity.authenticate(tx, issued.token, at) is None
    assert await passkeys.list_passkeys(tx, user_id=case.id) == []
    trusted = await tx.scalars(select(DeviceRow.trusted_at).where(DeviceRow.user_id == case.id))
    assert set(trusted) == {None}
    home = a_device(cookie=session.device_cookie)
    proven = await try_password(tx, case.owner.user.login, device=home, at=at)
    assert isinstance(proven, identity.PasswordProven)
    assert isinstance(await identity.proceed(tx, proven=proven, at=at), Challenged)
    newest = (await sent_to(tx, case.email))[0]
    assert newest.template == "identity.factors_recovered"


async def test_for_three_days_nothing_can_be_taken_out_and_nobody_shut_out(
    tx: WriteSession, case: Case
) -> None:
    await case.request(tx)
    assert await case.complete(tx, READY) == case.id
    pay = Action("payments.transfer.new_payee", {"amount": "1.00"})
    change = change_action(Change.REPLACE, Channel.EMAIL, "thief@example.com")
    for action in (pay, change, Action("identity.limits.change", {})):
        for at in (READY, READY + COOLING - SECOND):
            with pytest.raises(CoolingOff) as refused:
                await step_up.spend(tx, token=None, action=action, actor=case.owner.actor, at=at)
            assert refused.value.facts == {"until": (READY + COOLING).isoformat()}
        with pytest.raises(StepUpRequired):
            await step_up.spend(
                tx, token=None, action=action, actor=case.owner.actor, at=READY + COOLING
            )
    # A passkey can be set up again at once.
    able = await step_up.possible_proofs(
        tx, user_id=case.id, action=Action("identity.passkey.add", {})
    )
    assert able == (Proof.CODE,)


async def test_a_recovery_needs_something_lost_and_somewhere_to_ask(
    tx: WriteSession, person: Person
) -> None:
    case = Case(person, a_phone(), an_email())
    with pytest.raises(RecoveryImpossible):
        await case.challenge(tx, AT)
    await with_contact(tx, person.user)
    with pytest.raises(RecoveryImpossible):
        await case.challenge(tx, AT)


async def test_its_challenge_logs_nobody_in_and_resets_nothing(
    tx: WriteSession, case: Case
) -> None:
    begun = await case.challenge(tx, AT)
    assert begun.factors == ["otp_sms", "otp_email"]
    code = await case.code(tx, begun, AT)
    log_in = await identity.answer_factor(
        tx, challenge=begun.challenge, factor="otp_sms", proof={"code": code}, at=AT
    )
    assert isinstance(log_in, ChallengeOver)
    reset = await identity.reset_password(
        tx,
        challenge=begun.challenge,
        factor="otp_sms",
        proof={"code": code},
        password_hash="x",
        at=AT,
    )
    assert isinstance(reset, ChallengeOver)
    assert isinstance(await requested(tx, begun, other_than(code), at=AT), FactorRefused)
    assert isinstance(await requested(tx, begun, code, at=AT), Recovery)
    assert isinstance(await requested(tx, begun, code, at=AT), ChallengeOver), "once"
    message = (await sent_to(tx, case.phone))[1]
    assert message.template == "identity.recovery_code", "the message says what the code is for"


async def test_a_log_in_s_challenge_begins_no_recovery(tx: WriteSession, case: Case) -> None:
    proven = await try_password(tx, case.owner.user.login)
    assert isinstance(proven, identity.PasswordProven)
    begun = await identity.proceed(tx, proven=proven, at=AT)
    assert isinstance(begun, Challenged)
    assert isinstance(await requested(tx, begun, "123456", at=AT), ChallengeOver)
    ours = await case.challenge(tx, AT)
    with pytest.raises(FactorNotOffered):
        await recoveries.request_recovery(
            tx,
            challenge=ours.challenge,
            factor="passkey",
            code="123456",
            device=a_device(),
            at=AT,
        )


@pytest.mark.parametrize(
    "change",
    [
        "ending = 'completed', ended_at = ready_at - interval '1 microsecond'",
        "ending = 'completed', ended_at = expires_at",
        "ending = 'cancelled', ended_at = ready_at",
        "ended_at = ready_at",
        "ready_at = requested_at",
    ],
)
async def test_the_database_itself_refuses(tx: WriteSession, case: Case, change: str) -> None:
    made = await case.request(tx)
    with pytest.raises(IntegrityError):
        await tx.execute(
            text(f"UPDATE identity_factor_recovery SET {change} WHERE id = :id"),
            {"id": made.id},
        )
