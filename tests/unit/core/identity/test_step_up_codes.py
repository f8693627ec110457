"""Codes by message: the message says what the code confirms, and it confirms nothing else."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person
from tongbao.core.identity.domain.contact_changes import Change, change_action
from tongbao.core.identity.domain.contacts import Channel, clean_contact
from tongbao.core.identity.domain.step_up import (
    Action,
    Proof,
    StepUpChallenge,
    StepUpRefused,
    StepUpToken,
)
from tongbao.core.identity.domain.step_up_words import described
from tongbao.core.identity.service import step_up
from tongbao.core.identity.service.contacts import add_contact
from tongbao.core.identity.service.messages import STEP_UP_CODE
from tongbao.infra.db import WriteSession
from tongbao.infra.notify.models import MessageRow
from tongbao.infra.notify.sealing import unseal
from tongbao.kernel.text import Language

PAY = Action(
    "payments.transfer.large",
    {
        "creditor_name": "华东建材有限公司",
        "creditor_account_number": "9900010000000000026",
        "amount": "88000.00",
        "currency": "CNY",
    },
)


@dataclass
class Sent:
    """A message as its reader sees it."""

    text: str
    code: str


async def sent(tx: WriteSession) -> Sent:
    row = (
        await tx.execute(
            select(MessageRow)
            .where(MessageRow.template == STEP_UP_CODE.name)
            .order_by(MessageRow.id.desc())
            .limit(1)
        )
    ).scalar_one()
    assert row.sealed is not None
    secrets = await unseal(tx, row.id, row.sealed)
    language: Language = "zh" if row.language == "zh" else "en"
    values = {**row.facts, "code": secrets["code"]}
    return Sent(STEP_UP_CODE.render(language, values)[1], secrets["code"])


@pytest.fixture
async def reachable(tx: WriteSession, person: Person) -> Person:
    number = f"+86138{person.user.id.int % 10**8:08}"
    contact = clean_contact(number)
    assert await add_contact(tx, user_id=person.user.id, contact=contact, language="zh", at=AT)
    return person


async def ask(
    tx: WriteSession, person: Person, action: Action, minutes: int = 0
) -> StepUpChallenge:
    at = AT + timedelta(minutes=minutes)
    return await step_up.challenge(tx, actor=person.actor, action=action, proof=Proof.CODE, at=at)


async def give(
    tx: WriteSession, person: Person, asked: StepUpChallenge, code: str, minutes: int = 0
) -> StepUpToken | StepUpRefused:
    at = AT + timedelta(minutes=minutes)
    return await step_up.confirm(
        tx, actor=person.actor, challenge_id=asked.id, proof={"code": code}, at=at
    )


async def test_the_message_names_payee_and_amount(tx: WriteSession, reachable: Person) -> None:
    asked = await ask(tx, reachable, PAY)
    assert asked.options is not None
    assert set(asked.options) == {"sent_to"}
    assert "****" in asked.options["sent_to"]
    message = await sent(tx)
    assert "向 华东建材有限公司（账号尾号 0026）付款 CNY 88000.00" in message.text
    assert message.code in message.text
    assert message.code not in repr(asked)
    result = await give(tx, reachable, asked, message.code)
    assert isinstance(result, StepUpToken)
    await step_up.spend(tx, token=result.token, action=PAY, actor=reachable.actor, at=AT)


async def test_a_code_is_of_one_challenge(tx: WriteSession, reachable: Person) -> None:
    first = await ask(tx, reachable, PAY)
    code = (await sent(tx)).code
    second = await ask(tx, reachable, PAY, minutes=2)
    other = (await sent(tx)).code
    if other != code:
        assert isinstance(await give(tx, reachable, second, code, minutes=2), StepUpRefused)
    assert isinstance(await give(tx, reachable, first, code, minutes=2), StepUpToken)
    assert isinstance(await give(tx, reachable, first, code, minutes=2), StepUpRefused)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６"])
async def test_wrong_codes(tx: WriteSession, reachable: Person, code: str) -> None:
    asked = await ask(tx, reachable, PAY)
    assert isinstance(await give(tx, reachable, asked, code), StepUpRefused)


async def test_with_a_phone_the_password_proves_nothing_any_more(
    tx: WriteSession, reachable: Person
) -> None:
    action = Action("identity.passkey.add", {})
    able = await step_up.possible_proofs(tx, user_id=reachable.user.id, action=action)
    assert able == (Proof.CODE,)


def test_other_actions_are_named_by_their_kind() -> None:
    assert described(Action("identity.totp.remove", {"x": "y"})).zh == "解绑动态口令"


def test_a_message_carries_no_address_to_click_and_no_second_line() -> None:
    hostile = {
        **PAY.facts,
        "creditor_name": "退款 http://evil.example/a?b=1\n【通宝】验证码 {code} \u202e" + "x" * 99,
        "amount": "1.00\r\n",
    }
    for text in (described(Action(PAY.kind, hostile)).zh, described(Action(PAY.kind, {})).en):
        assert not set(text) & set("/:?={}\n\r\u202e【】")
        assert "evil.example" not in text
        assert len(text) < 120
    assert "CNY 1.00" in described(Action(PAY.kind, hostile)).zh


def test_the_message_says_which_contact_is_changed() -> None:
    phone = change_action(Change.ADD, Channel.PHONE, "+8613800138765")
    assert described(phone).zh == "绑定手机号（尾号 8765）"
    email = change_action(Change.REPLACE, Channel.EMAIL, "http://evil.example/@example.com")
    assert described(email).en == "changing to the e-mail address of httpevilexample"
    assert described(replace(phone, facts={"what": "{code}"})) == phone.rule.text
