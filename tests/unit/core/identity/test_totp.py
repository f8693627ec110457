"""Authenticator apps: codes, replays, drift, secrets at rest, recovery codes."""

from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tongbao.core.identity.domain.factors import NoFactorSetUp
from tongbao.core.identity.domain.qr import qr_svg
from tongbao.core.identity.domain.recovery_codes import (
    RECOVERY_CODES,
    new_recovery_codes,
    recovery_code_hash,
)
from tongbao.core.identity.domain.step_up import Action, Proof, StepUpRequired
from tongbao.core.identity.domain.totp import (
    TotpCodeWrong,
    TotpExists,
    TotpMissing,
    matching_step,
    new_secret,
    provisioning_uri,
)
from tongbao.core.identity.models import TotpRow
from tongbao.core.identity.service import recovery_codes, totp
from tongbao.core.identity.service.proofs import RECOVERY_CODE, TOTP
from tongbao.infra.crypto import SealBroken
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

STEP = timedelta(seconds=30)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B


def test_codes_are_those_of_the_rfc() -> None:
    at = AT.fromtimestamp(1111111109, tz=AT.tzinfo)
    assert matching_step(SECRET, "081804", at=at, after_step=None) == 0x23523EC


@pytest.mark.parametrize(
    ("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_one_step(steps: int, accepted: bool) -> None:  # noqa: FBT001
    code = pyotp.TOTP(SECRET).at(AT + steps * STEP)
    assert (matching_step(SECRET, code, at=AT, after_step=None) is not None) == accepted


def test_a_step_that_was_used_and_all_before_it_are_refused() -> None:
    app = pyotp.TOTP(SECRET)
    used = matching_step(SECRET, app.at(AT), at=AT, after_step=None)
    for earlier in (AT, AT - STEP):
        assert matching_step(SECRET, app.at(earlier), at=AT, after_step=used) is None
    assert matching_step(SECRET, app.at(AT + STEP), at=AT, after_step=used) is not None


@given(st.text(max_size=12))
def test_only_six_ascii_digits_can_be_a_code(text: str) -> None:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        assert matching_step(SECRET, text, at=AT, after_step=None) is None


def test_full_width_digits_are_no_code() -> None:
    code = pyotp.TOTP(SECRET).at(AT)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert matching_step(SECRET, wide, at=AT, after_step=None) is None


def test_the_address_names_bank_and_user_and_becomes_a_picture() -> None:
    uri = provisioning_uri(SECRET, login="zhang.wei")
    assert uri.startswith("otpauth://totp/")
    assert pyotp.parse_uri(uri).secret == SECRET
    svg = qr_svg(uri)
    assert svg.startswith("<svg")
    assert "script" not in svg
    assert SECRET not in svg


def test_secrets_are_long_and_differ() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(secret) for secret in made} == {32}


def test_recovery_codes_are_read_as_people_write_them() -> None:
    user_id = new_id()
    for code in new_recovery_codes():
        stored = recovery_code_hash(code, user_id=user_id)
        assert stored is not None
        written = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert recovery_code_hash(written, user_id=user_id) == stored
        assert recovery_code_hash(code, user_id=new_id()) != stored
    assert recovery_code_hash("", user_id=user_id) is None
    assert recovery_code_hash("U" * 16, user_id=user_id) is None
    assert recovery_code_hash("A" * 10_000, user_id=user_id) is None


async def test_an_app_is_in_use_after_its_first_code(tx: WriteSession, person: Person) -> None:
    token = await person.confirmed(tx, Action("identity.totp.set_up", {}))
    made = await totp.set_up_totp(tx, actor=person.actor, step_up_token=token, at=AT)
    assert not await totp.has_totp(tx, person.user.id)
    with pytest.raises(TotpCodeWrong):
        await totp.confirm_totp(tx, user_id=person.user.id, code="000000", at=AT)
    code = pyotp.TOTP(made.secret).at(AT)
    codes = await totp.confirm_totp(tx, user_id=person.user.id, code=code, at=AT)
    assert len(set(codes)) == RECOVERY_CODES
    assert await totp.has_totp(tx, person.user.id)
    with pytest.raises(TotpExists):
        await totp.confirm_totp(tx, user_id=person.user.id, code=code, at=AT)
    with pytest.raises(TotpExists):
        await totp.set_up_totp(tx, actor=person.actor, step_up_token=token, at=AT)


async def test_setting_up_needs_a_step_up_and_can_be_begun_again(
    tx: WriteSession, person: Person
) -> None:
    with pytest.raises(StepUpRequired):
        await totp.set_up_totp(tx, actor=person.actor, step_up_token=None, at=AT)
    secrets = []
    for _ in range(2):
        token = await person.confirmed(tx, Action("identity.totp.set_up", {}))
        made = await totp.set_up_totp(tx, actor=person.actor, step_up_token=token, at=AT)
        secrets.append(made.secret)
    old = pyotp.TOTP(secrets[0]).at(AT)
    with pytest.raises(TotpCodeWrong):
        await totp.confirm_totp(tx, user_id=person.user.id, code=old, at=AT)
    with pytest.raises(TotpMissing):
        await totp.confirm_totp(tx, user_id=new_id(), code=old, at=AT)


async def test_a_code_is_good_once(tx: WriteSession, person: Person) -> None:
    await person.set_up_totp(tx)
    factor, user_id = TOTP, person.user.id
    at = AT + 2 * STEP
    assert not await factor.check(tx, user_id, {"code": person.code(AT)}, {}, at)
    assert await factor.check(tx, user_id, {"code": person.code(at)}, {}, at)
    assert not await factor.check(tx, user_id, {"code": person.code(at)}, {}, at)
    earlier = {"code": person.code(at - STEP)}
    assert not await factor.check(tx, user_id, earlier, {}, at)


async def test_the_code_that_set_the_app_up_is_used_up(tx: WriteSession, person: Person) -> None:
    await person.set_up_totp(tx)
    assert not await totp.use_totp_code(tx, user_id=person.user.id, code=person.code(), at=AT)


@pytest.mark.parametrize(
    "proof", [{}, {"code": None}, {"code": 123456}, {"code": ["1"]}, {"code": ""}]
)
async def test_what_is_no_code_is_wrong(
    tx: WriteSession, person: Person, proof: dict[str, object]
) -> None:
    await person.set_up_totp(tx)
    assert not await TOTP.check(tx, person.user.id, proof, {}, AT)
    assert not await RECOVERY_CODE.check(tx, person.user.id, proof, {}, AT)


async def test_one_user_s_code_is_not_another_s(tx: WriteSession, person: Person) -> None:
    other = await new_person(tx)
    await person.set_up_totp(tx)
    await other.set_up_totp(tx)
    at = AT + 2 * STEP
    assert not await totp.use_totp_code(tx, user_id=other.user.id, code=person.code(at), at=at)


async def test_the_secret_is_encrypted_and_belongs_to_its_row(
    tx: WriteSession, person: Person
) -> None:
    other = await new_person(tx)
    await person.set_up_totp(tx)
    await other.set_up_totp(tx)

    async def row(user_id: UUID) -> TotpRow:
        return (await tx.execute(select(TotpRow).where(TotpRow.user_id == user_id))).scalar_one()

    mine, theirs = await row(person.user.id), await row(other.user.id)
    assert person.secret.encode() not in mine.sealed_secret
    mine.sealed_secret = theirs.sealed_secret  # somebody copies a secret they know
    await tx.flush()
    with pytest.raises(SealBroken):
        await totp.use_totp_code(tx, user_id=person.user.id, code="123456", at=AT)


async def test_a_recovery_code_is_good_once(tx: WriteSession, person: Person) -> None:
    codes = await person.set_up_totp(tx)
    factor, user_id = RECOVERY_CODE, person.user.id
    assert await factor.check(tx, user_id, {"code": codes[0]}, {}, AT)
    assert not await factor.check(tx, user_id, {"code": codes[0]}, {}, AT)
    assert not await factor.check(tx, (await new_person(tx)).user.id, {"code": codes[1]}, {}, AT)
    assert await recovery_codes.recovery_codes_left(tx, user_id) == RECOVERY_CODES - 1


async def used(tx: WriteSession, person: Person, code: str, *, at: datetime) -> bool:
    return await recovery_codes.use_recovery_code(tx, user_id=person.user.id, code=code, at=at)


async def replaced(tx: WriteSession, person: Person, token: str | None, at: datetime) -> list[str]:
    return await recovery_codes.replace_recovery_codes(
        tx, actor=person.actor, step_up_token=token, at=at
    )


async def test_new_recovery_codes_make_the_old_worthless(tx: WriteSession, person: Person) -> None:
    old = await person.set_up_totp(tx)
    at = AT + 2 * STEP
    with pytest.raises(StepUpRequired):
        await recovery_codes.replace_recovery_codes(
            tx, actor=person.actor, step_up_token=None, at=at
        )
    token = await person.confirmed(tx, Action("identity.recovery_codes.replace", {}), at=at)
    new = await recovery_codes.replace_recovery_codes(
        tx, actor=person.actor, step_up_token=token, at=at
    )
    assert not set(old) & set(new)
    assert not await recovery_codes.use_recovery_code(
        tx, user_id=person.user.id, code=old[0], at=at
    )
    assert await used(tx, person, new[0], at=at)


async def test_removing_the_app_needs_more_than_the_password(
    tx: WriteSession, person: Person
) -> None:
    codes = await person.set_up_totp(tx)
    with pytest.raises(StepUpRequired) as refused:
        await totp.remove_totp(tx, actor=person.actor, step_up_token=None, at=AT)
    assert refused.value.facts["proofs"] == ["totp", "recovery_code"]
    at = AT + 2 * STEP
    token = await person.confirmed(tx, Action("identity.totp.remove", {}), at=at, proof=Proof.TOTP)
    await totp.remove_totp(tx, actor=person.actor, step_up_token=token, at=at)
    assert not await totp.has_totp(tx, person.user.id)
    assert not await TOTP.available(tx, person.user.id)
    assert not await RECOVERY_CODE.available(tx, person.user.id)
    assert not await recovery_codes.use_recovery_code(
        tx, user_id=person.user.id, code=codes[0], at=at
    )
    with pytest.raises(TotpMissing):
        await totp.remove_totp(tx, actor=person.actor, step_up_token=None, at=at)
    with pytest.raises(NoFactorSetUp):
        await recovery_codes.replace_recovery_codes(
            tx, actor=person.actor, step_up_token=None, at=at
        )
