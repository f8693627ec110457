"""Passkeys against a software authenticator, honest and not."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.support.authenticator import BACKED_UP, BACKUP_ELIGIBLE, Authenticator
from tests.unit.core.conftest import AT, RELYING_PARTY
from tests.unit.core.identity.conftest import Person, new_person
from tongbao.core.identity.domain.codes import Purpose as Wanted
from tongbao.core.identity.domain.passkeys import (
    CEREMONY_LIFETIME,
    PASSKEYS_MAX,
    AddedPasskey,
    Passkey,
    PasskeyNameMalformed,
    PasskeyNotRegistered,
    PasskeyRefused,
    Purpose,
    TooManyPasskeys,
    UnknownPasskey,
    clean_passkey_name,
    is_regression,
)
from tongbao.core.identity.domain.step_up import Action, StepUpRequired
from tongbao.core.identity.models import CeremonyRow, PasskeyRow
from tongbao.core.identity.service import ceremonies, expiring, passkeys
from tongbao.core.identity.service.passkeys import PasskeyFactor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

PRESENT, VERIFIED = 0x01, 0x04
ADD = Action("identity.passkey.add", {})


async def begin(tx: WriteSession, person: Person) -> tuple[UUID, dict[str, Any]]:
    token = await person.confirmed(tx, ADD)
    ceremony, options = await passkeys.registration_options(
        tx, actor=person.actor, step_up_token=token, at=AT
    )
    return ceremony.id, options


async def finish(
    tx: WriteSession, person: Person, ceremony_id: UUID, credential: Any, at: Any = AT
) -> Passkey | PasskeyNotRegistered:
    added = await passkeys.register(
        tx,
        actor=person.actor,
        ceremony_id=ceremony_id,
        credential=credential,
        name="我的手机",
        at=at,
    )
    return added.passkey if isinstance(added, AddedPasskey) else added


async def log_in(tx: WriteSession, device: Authenticator, **wrong: Any) -> UUID | PasskeyRefused:
    ceremony, options = await passkeys.log_in_options(tx, at=AT)
    answer = device.get(options, **wrong)
    return await passkeys.asserted_user(tx, ceremony_id=ceremony.id, credential=answer, at=AT)


@pytest.mark.parametrize(
    ("stored", "told", "regressed"),
    [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 4, True), (5, 0, True)],
)
def test_a_counter_goes_up_or_is_always_zero(stored: int, told: int, regressed: bool) -> None:  # noqa: FBT001
    assert is_regression(stored=stored, told=told) is regressed


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\u202eb", "a\nb"])
def test_names_that_nobody_could_read(name: str) -> None:
    with pytest.raises(PasskeyNameMalformed):
        clean_passkey_name(name)


async def test_the_options_ask_for_a_passkey_that_knows_its_user(
    tx: WriteSession, person: Person
) -> None:
    await person.add_passkey(tx)
    _, options = await begin(tx, person)
    assert options["rp"] == {"id": RELYING_PARTY.id, "name": RELYING_PARTY.name}
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    (known,) = options["excludeCredentials"]
    assert sorted(known["transports"]) == ["hybrid", "internal"]
    assert options["attestation"] == "none"


async def test_adding_one_needs_a_step_up(tx: WriteSession, person: Person) -> None:
    with pytest.raises(StepUpRequired):
        await passkeys.registration_options(tx, actor=person.actor, step_up_token=None, at=AT)


async def test_a_passkey_alone_logs_in(tx: WriteSession, person: Person) -> None:
    added = await person.add_passkey(tx)
    assert (added.name, added.backed_up, added.last_used_at) == ("我的手机", False, None)
    assert await log_in(tx, person.device) == person.user.id
    (listed,) = await passkeys.list_passkeys(tx, user_id=person.user.id)
    assert listed.last_used_at == AT
    assert listed.id == added.id


async def test_log_in_options_name_nobody_s_passkeys(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    _, options = await passkeys.log_in_options(tx, at=AT)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    assert options["rpId"] == RELYING_PARTY.id


ATTACKS: list[dict[str, Any]] = [
    {"origin": "http://localhost:8001"},
    {"origin": "https://localhost:8000"},
    {"origin": "http://localhost:8000.evil.example"},
    {"origin": "null"},
    {"rp_id": "evil.example"},
    {"flags": PRESENT},  # nobody verified that it is the user
    {"flags": VERIFIED},
    {"flags": 0},
    {"cross_origin": True},
    {"type": "webauthn.create"},
    {"type": "payment.get"},
    {"challenge": "AAAA"},
    {"challenge": ""},
]


@pytest.mark.parametrize(
    "wrong", [*ATTACKS, {"user_handle": None}, {"user_handle": b"other"}], ids=str
)
async def test_what_is_wrong_logs_nobody_in(
    tx: WriteSession, person: Person, wrong: dict[str, Any]
) -> None:
    await person.add_passkey(tx)
    assert isinstance(await log_in(tx, person.device, **wrong), PasskeyRefused)
    assert await log_in(tx, person.device) == person.user.id


@pytest.mark.parametrize(
    "wrong",
    [
        *({"type": "webauthn.get"} if "type" in attack else attack for attack in ATTACKS),
        {"algorithm": -257},  # an elliptic key that says it is an RSA key
        {"algorithm": -8},
        {"algorithm": -65535},
        {"resident": False},
    ],
    ids=str,
)
async def test_what_is_wrong_makes_no_passkey(
    tx: WriteSession, person: Person, wrong: dict[str, Any]
) -> None:
    ceremony_id, options = await begin(tx, person)
    made = await finish(tx, person, ceremony_id, person.device.create(options, **wrong))
    assert isinstance(made, PasskeyNotRegistered)
    again = await finish(tx, person, ceremony_id, person.device.create(options))
    assert isinstance(again, PasskeyNotRegistered), "a challenge is looked at once"


async def test_a_forged_signature(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    forger = Authenticator(
        credential_id=person.device.credential_id, user_handle=person.device.user_handle, counter=9
    )
    assert isinstance(await log_in(tx, forger), PasskeyRefused)
    (kept,) = await passkeys.list_passkeys(tx, user_id=person.user.id)
    assert kept.suspended_at is None, "nobody without the key can have a passkey suspended"


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"rawId": 5},
        {"rawId": "AAAA", "id": "AAAA", "type": "public-key", "response": []},
        {
            "rawId": "AAAA",
            "id": "AAAA",
            "type": "public-key",
            "response": {"clientDataJSON": "W10"},
        },
        {"rawId": "é", "response": {"clientDataJSON": 7}},
    ],
)
async def test_garbage_is_refused(
    tx: WriteSession, person: Person, credential: Mapping[str, Any]
) -> None:
    ceremony_id, _ = await begin(tx, person)
    assert isinstance(await finish(tx, person, ceremony_id, credential), PasskeyNotRegistered)
    await person.add_passkey(tx)
    broken = {**credential, "rawId": person.device.get({"rpId": "", "challenge": ""})["rawId"]}
    for each in (credential, broken):
        ceremony, _ = await passkeys.log_in_options(tx, at=AT)
        result = await passkeys.asserted_user(tx, ceremony_id=ceremony.id, credential=each, at=AT)
        assert isinstance(result, PasskeyRefused)


async def test_an_answer_is_good_once(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    first, options = await passkeys.log_in_options(tx, at=AT)
    second, _ = await passkeys.log_in_options(tx, at=AT)
    answer = person.device.get(options)
    for ceremony_id, expected in (
        (second.id, PasskeyRefused),  # made for another challenge
        (first.id, UUID),
        (first.id, PasskeyRefused),  # replayed
    ):
        result = await passkeys.asserted_user(tx, ceremony_id=ceremony_id, credential=answer, at=AT)
        assert isinstance(result, expected)


async def test_a_challenge_ends_after_three_minutes(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    late = AT + CEREMONY_LIFETIME
    ceremony, options = await passkeys.log_in_options(tx, at=AT)
    result = await passkeys.asserted_user(
        tx, ceremony_id=ceremony.id, credential=person.device.get(options), at=late
    )
    assert isinstance(result, PasskeyRefused)
    assert timedelta(minutes=3) == CEREMONY_LIFETIME


async def test_a_challenge_is_good_for_its_purpose_user_and_session_only(
    tx: WriteSession, person: Person
) -> None:
    await person.add_passkey(tx)
    second_factor = await PasskeyFactor().ask(tx, person.user.id, Wanted.LOG_IN, AT)
    answer = person.device.get(second_factor["options"])
    as_log_in = await passkeys.asserted_user(
        tx, ceremony_id=UUID(second_factor["ceremony_id"]), credential=answer, at=AT
    )
    assert isinstance(as_log_in, PasskeyRefused)

    ceremony_id, options = await begin(tx, person)
    made = Authenticator().create(options)
    other = await new_person(tx)
    elsewhere = Person(person.user, person.elsewhere())
    for thief in (other, elsewhere):
        assert isinstance(await finish(tx, thief, ceremony_id, made), PasskeyNotRegistered)
    assert isinstance(await finish(tx, person, ceremony_id, made), Passkey)


async def test_a_passkey_belongs_to_one_user(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    thief = await new_person(tx)
    ceremony_id, options = await begin(tx, thief)
    stolen_id = Authenticator(credential_id=person.device.credential_id)
    assert isinstance(
        await finish(tx, thief, ceremony_id, stolen_id.create(options)), PasskeyNotRegistered
    )
    assert await log_in(tx, person.device) == person.user.id


async def test_another_user_s_passkey_is_no_second_factor(tx: WriteSession, person: Person) -> None:
    other, factor = await new_person(tx), PasskeyFactor()
    assert not await factor.available(tx, person.user.id)
    await person.add_passkey(tx)
    await other.add_passkey(tx)
    assert await factor.available(tx, person.user.id)
    for device, right in ((other.device, False), (person.device, True)):
        asked = await factor.ask(tx, person.user.id, Wanted.LOG_IN, AT)
        proof = {"assertion": device.get(asked["options"])}
        assert await factor.check(tx, person.user.id, proof, asked, AT) is right
        assert not await factor.check(tx, person.user.id, proof, asked, AT), "replayed"
    asked = await factor.ask(tx, person.user.id, Wanted.LOG_IN, AT)
    assert not await factor.check(tx, person.user.id, {"assertion": "x"}, asked, AT)


async def test_a_counter_that_goes_back_suspends_the_passkey(
    tx: WriteSession, person: Person
) -> None:
    await person.add_passkey(tx)
    clone = Authenticator(
        key=person.device.key,
        credential_id=person.device.credential_id,
        user_handle=person.device.user_handle,
    )
    for _ in range(3):
        assert await log_in(tx, person.device) == person.user.id
    assert isinstance(await log_in(tx, clone), PasskeyRefused)
    (suspended,) = await passkeys.list_passkeys(tx, user_id=person.user.id)
    assert suspended.suspended_at == AT
    assert isinstance(await log_in(tx, person.device), PasskeyRefused)
    assert await PasskeyFactor().available(tx, person.user.id), "none weaker takes its place"


async def test_a_synchronised_passkey_that_does_not_count_goes_on(
    tx: WriteSession, person: Person
) -> None:
    flags = PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP
    ceremony_id, options = await begin(tx, person)
    added = await finish(tx, person, ceremony_id, person.device.create(options, flags=flags))
    assert isinstance(added, Passkey)
    assert added.backed_up
    for _ in range(2):
        assert await log_in(tx, person.device, counter=0, flags=flags) == person.user.id


async def test_renaming_and_removing_are_for_its_user(tx: WriteSession, person: Person) -> None:
    added = await person.add_passkey(tx)
    thief = await new_person(tx)
    with pytest.raises(UnknownPasskey):
        await passkeys.rename_passkey(tx, user_id=thief.user.id, passkey_id=added.id, name="x")
    with pytest.raises(UnknownPasskey):
        await passkeys.remove_passkey(
            tx, actor=thief.actor, passkey_id=added.id, step_up_token=None, at=AT
        )
    renamed = await passkeys.rename_passkey(
        tx, user_id=person.user.id, passkey_id=added.id, name=" 办公室 "
    )
    assert renamed.name == "办公室"
    remove = Action("identity.passkey.remove", {"passkey_id": str(added.id)})
    other = Action("identity.passkey.remove", {"passkey_id": str(new_id())})
    for token in (None, await person.confirmed(tx, other)):
        with pytest.raises(StepUpRequired):
            await passkeys.remove_passkey(
                tx, actor=person.actor, passkey_id=added.id, step_up_token=token, at=AT
            )
    token = await person.confirmed(tx, remove)
    await passkeys.remove_passkey(
        tx, actor=person.actor, passkey_id=added.id, step_up_token=token, at=AT
    )
    assert isinstance(await log_in(tx, person.device), PasskeyRefused)
    assert await passkeys.list_passkeys(tx, user_id=person.user.id) == []


async def test_there_is_a_limit(tx: WriteSession, person: Person) -> None:
    await person.add_passkey(tx)
    original = (await tx.execute(select(PasskeyRow))).scalars().first()
    assert original is not None
    for i in range(PASSKEYS_MAX - 1):
        tx.add(
            PasskeyRow(
                id=new_id(),
                user_id=person.user.id,
                credential_id=bytes([i, i]) + person.user.id.bytes,
                public_key=original.public_key,
                sign_count=0,
                transports=[],
                aaguid=original.aaguid,
                backed_up=False,
                name="x",
                created_at=AT,
            )
        )
    await tx.flush()
    token = await person.confirmed(tx, ADD)
    with pytest.raises(TooManyPasskeys):
        await passkeys.registration_options(tx, actor=person.actor, step_up_token=token, at=AT)


async def test_challenges_nobody_answered_go_when_others_come(tx: WriteSession) -> None:
    for _ in range(3):
        await passkeys.log_in_options(tx, at=AT)
    await ceremonies.start(tx, purpose=Purpose.LOG_IN, user_id=None, at=AT + CEREMONY_LIFETIME)
    old = CeremonyRow.expires_at <= AT + CEREMONY_LIFETIME
    count = select(func.count()).select_from(CeremonyRow).where(old)
    left = await tx.scalar(count)
    assert left is not None
    assert left == 0 or left > expiring.PURGED_MAX
