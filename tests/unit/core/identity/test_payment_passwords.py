"""Payment passwords: which are refused, and what guessing costs."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import PASSWORD, Person
from tongbao.core.identity.domain.payment_passwords import (
    FREE_FAILURES,
    PAUSES,
    PaymentPasswordWeak,
    clean_payment_password,
    pause_after,
)
from tongbao.core.identity.domain.step_up import Action, Proof, StepUpRefused, StepUpRequired
from tongbao.core.identity.models import PaymentPasswordRow, UserRow
from tongbao.core.identity.service import payment_passwords, step_up
from tongbao.infra.db import WriteSession
from tongbao.infra.passwords import hash_password

SET = Action("identity.payment_password.set", {})
GOOD = "860794"


@pytest.mark.parametrize("text", [GOOD, "407296", "957384", "620498"])
def test_six_digits_nobody_tries_first(text: str) -> None:
    assert clean_payment_password(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("123456", "654321", "234567", "098765", "135791", "024680", "890123"),  # runs
        *("000000", "111222", "121212", "123123", "112233", "123321", "888666", "101010"),
        *("900115", "150190", "011590", "199001", "851231", "000229", "199011", "202612"),  # dates
        *("147258", "159357", "520131", "168168"),
        *("", "12345", "1234567", "12345a", "１２３４５６", "86079 ", "-86079", "860794\n"),
    ],
)
def test_what_others_would_try_first_is_refused(text: str) -> None:
    with pytest.raises(PaymentPasswordWeak):
        clean_payment_password(text)


def test_digits_of_what_one_logs_in_by_are_refused() -> None:
    with pytest.raises(PaymentPasswordWeak):
        clean_payment_password("860794", names=["zhang.wei", "+8613886079412"])


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_no_birthday_is_accepted(day: date) -> None:
    spelled = {f"{day:%y%m%d}", f"{day:%d%m%y}", f"{day:%m%d%y}", f"{day.year}{day.month}{day.day}"}
    for text in spelled:
        with pytest.raises(PaymentPasswordWeak):
            clean_payment_password(text, birth_dates=[day])


def test_the_choice_is_wide() -> None:
    def accepted(number: int) -> bool:
        try:
            clean_payment_password(f"{number:06d}")
        except PaymentPasswordWeak:
            return False
        return True

    assert sum(map(accepted, range(0, 1_000_000, 97))) > 0.8 * 1_000_000 / 97


def test_pauses_grow() -> None:
    assert pause_after(FREE_FAILURES - 1) is None
    found = [pause_after(FREE_FAILURES + i) for i in range(len(PAUSES) + 2)]
    assert found == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert list(PAUSES) == sorted(PAUSES)


async def chosen(tx: WriteSession, person: Person, text: str = GOOD, **more: str) -> object:
    token = await person.confirmed(tx, SET)
    return await payment_passwords.set_payment_password(
        tx,
        actor=person.actor,
        payment_password=text,
        login_password=more.get("login_password", PASSWORD),
        step_up_token=token,
        at=AT,
    )


async def right(tx: WriteSession, person: Person, text: str = GOOD, at: object = AT) -> bool:
    return await payment_passwords.check_payment_password(
        tx,
        user_id=person.user.id,
        payment_password=text,
        at=at,  # type: ignore[arg-type]
    )


async def test_it_is_set_and_checked(tx: WriteSession, person: Person) -> None:
    assert not await right(tx, person)
    assert await chosen(tx, person) is None
    assert await payment_passwords.has_payment_password(tx, person.user.id)
    assert await right(tx, person)
    assert not await right(tx, person, "860795")
    row = (
        await tx.execute(
            select(PaymentPasswordRow).where(PaymentPasswordRow.user_id == person.user.id)
        )
    ).scalar_one()
    assert row.password_hash.startswith("$argon2id$")


async def test_it_is_set_with_a_step_up_only(tx: WriteSession, person: Person) -> None:
    with pytest.raises(StepUpRequired):
        await payment_passwords.set_payment_password(
            tx,
            actor=person.actor,
            payment_password=GOOD,
            login_password=PASSWORD,
            step_up_token=None,
            at=AT,
        )


async def test_a_weak_one_does_not_cost_the_step_up(tx: WriteSession, person: Person) -> None:
    with pytest.raises(PaymentPasswordWeak):
        await chosen(tx, person, "123456")


async def test_it_is_no_part_of_the_log_in_password(tx: WriteSession, person: Person) -> None:
    secret = f"my {GOOD} horses"
    await tx.execute(
        update(UserRow)
        .where(UserRow.id == person.user.id)
        .values(password_hash=await hash_password(secret))
    )
    asked = await step_up.challenge(tx, actor=person.actor, action=SET, proof=Proof.PASSWORD, at=AT)
    result = await step_up.confirm(
        tx, actor=person.actor, challenge_id=asked.id, proof={"password": secret}, at=AT
    )
    assert not isinstance(result, StepUpRefused)
    refused = await payment_passwords.set_payment_password(
        tx,
        actor=person.actor,
        payment_password=GOOD,
        login_password=secret,
        step_up_token=result.token,
        at=AT,
    )
    assert isinstance(refused, PaymentPasswordWeak)
    assert not await payment_passwords.has_payment_password(tx, person.user.id)


@pytest.mark.parametrize("guess", ["wrong " + PASSWORD, "", "\ud800" * 12])
async def test_guessing_the_log_in_password_costs_a_step_up_each(
    tx: WriteSession, person: Person, guess: str
) -> None:
    token = await person.confirmed(tx, SET)
    facts = {"payment_password": GOOD, "step_up_token": token, "actor": person.actor, "at": AT}
    refused = await payment_passwords.set_payment_password(tx, login_password=guess, **facts)  # type: ignore[arg-type]
    assert isinstance(refused, StepUpRefused)
    with pytest.raises(StepUpRequired):
        await payment_passwords.set_payment_password(tx, login_password=PASSWORD, **facts)  # type: ignore[arg-type]


async def test_wrong_ones_bring_longer_and_longer_pauses(tx: WriteSession, person: Person) -> None:
    await chosen(tx, person)
    at = AT
    for _ in range(FREE_FAILURES):
        assert not await right(tx, person, "860795", at)
    for pause in PAUSES[:2]:
        assert not await right(tx, person, GOOD, at), "locked: not even the right one"
        at += pause - timedelta(seconds=1)
        assert not await right(tx, person, GOOD, at)
        at += timedelta(seconds=1)
        assert not await right(tx, person, "860795", at)
    at += PAUSES[2]
    assert await right(tx, person, GOOD, at)
    for _ in range(FREE_FAILURES - 1):
        assert not await right(tx, person, "860795", at)
    assert await right(tx, person, GOOD, at), "a right one forgets the wrong ones"


async def test_setting_a_new_one_ends_the_lock(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    await chosen(tx, person)
    for _ in range(FREE_FAILURES):
        await right(tx, person, "860795")
    assert await chosen(tx, person, "407296") is None
    assert await right(tx, person, "407296")
    assert not await right(tx, person)


async def test_it_confirms_a_payment_to_a_new_payee_and_no_large_one(
    tx: WriteSession, person: Person
) -> None:
    await chosen(tx, person)
    for kind, expected in (("new_payee", (Proof.PAYMENT_PASSWORD,)), ("large", ())):
        action = Action(f"payments.transfer.{kind}", {"amount": "1.00"})
        found = await step_up.possible_proofs(tx, user_id=person.user.id, action=action)
        assert found == expected
    action = Action("payments.transfer.new_payee", {"amount": "1.00"})
    asked = await step_up.challenge(
        tx, actor=person.actor, action=action, proof=Proof.PAYMENT_PASSWORD, at=AT
    )
    for typed, good in (("860795", False), (GOOD, True)):
        result = await step_up.confirm(
            tx, actor=person.actor, challenge_id=asked.id, proof={"password": typed}, at=AT
        )
        assert isinstance(result, StepUpRefused) is not good
