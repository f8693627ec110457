"""The owner is told of every change that lets somebody in, and it is on their list."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.support.authenticator import Authenticator
from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import PASSWORD, Person
from tests.unit.core.identity.people import an_email, sent_to, with_contact
from tongbao.core.identity.domain.contacts import Contact
from tongbao.core.identity.domain.external_logins import ExternalIdentity
from tongbao.core.identity.domain.passkeys import PasskeyRefused
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.service import (
    external_logins,
    list_security_events,
    passkeys,
    payment_passwords,
    recovery_codes,
    security,
    totp,
)
from tongbao.core.identity.service.messages import NOTICES
from tongbao.infra.db import WriteSession
from tongbao.infra.notify import Kind

LATER = AT.replace(second=59)


@dataclass
class Owner:
    """Somebody with a passkey, an app and two contacts."""

    person: Person
    contacts: tuple[Contact, Contact]

    async def token(self, tx: WriteSession, kind: str, **facts: str) -> str:
        return await self.person.confirmed(tx, Action(kind, facts), at=LATER)


@pytest.fixture
async def owner(tx: WriteSession, person: Person) -> Owner:
    await person.add_passkey(tx)
    await person.set_up_totp(tx)
    contacts = (
        await with_contact(tx, person.user),
        await with_contact(tx, person.user, an_email()),
    )
    return Owner(person, contacts)


async def add_passkey(tx: WriteSession, owner: Owner) -> None:
    token = await owner.token(tx, "identity.passkey.add")
    ceremony, options = await passkeys.registration_options(
        tx, actor=owner.person.actor, step_up_token=token, at=LATER
    )
    await passkeys.register(
        tx,
        actor=owner.person.actor,
        ceremony_id=ceremony.id,
        credential=Authenticator().create(options),
        name="http://evil.example 点此",
        at=LATER,
    )


async def remove_passkey(tx: WriteSession, owner: Owner) -> None:
    assert owner.person.passkey is not None
    passkey_id = owner.person.passkey.id
    token = await owner.token(tx, "identity.passkey.remove", passkey_id=str(passkey_id))
    await passkeys.remove_passkey(
        tx, actor=owner.person.actor, passkey_id=passkey_id, step_up_token=token, at=LATER
    )


async def suspend_passkey(tx: WriteSession, owner: Owner) -> None:
    device = owner.person.device
    clone = Authenticator(
        key=device.key, credential_id=device.credential_id, user_handle=device.user_handle
    )
    results = []
    for each in (device, device, clone):
        ceremony, options = await passkeys.log_in_options(tx, at=LATER)
        credential = each.get(options)
        results.append(
            await passkeys.asserted_user(
                tx, ceremony_id=ceremony.id, credential=credential, at=LATER
            )
        )
    assert isinstance(results[-1], PasskeyRefused)


async def set_up_again(tx: WriteSession, owner: Owner) -> None:
    await remove_totp(tx, owner)
    token = await owner.token(tx, "identity.totp.set_up")
    actor = owner.person.actor
    made = await totp.set_up_totp(tx, actor=actor, step_up_token=token, at=LATER)
    owner.person.secret = made.secret
    code = owner.person.code(LATER)
    await totp.confirm_totp(tx, user_id=actor.id, code=code, at=LATER)


async def remove_totp(tx: WriteSession, owner: Owner) -> None:
    token = await owner.token(tx, "identity.totp.remove")
    await totp.remove_totp(tx, actor=owner.person.actor, step_up_token=token, at=LATER)


async def replace_codes(tx: WriteSession, owner: Owner) -> None:
    token = await owner.token(tx, "identity.recovery_codes.replace")
    await recovery_codes.replace_recovery_codes(
        tx, actor=owner.person.actor, step_up_token=token, at=LATER
    )


async def use_code(tx: WriteSession, owner: Owner) -> None:
    user_id, code = owner.person.user.id, owner.person.recovery_codes[0]
    assert await recovery_codes.use_recovery_code(tx, user_id=user_id, code=code, at=LATER)


async def set_payment_password(tx: WriteSession, owner: Owner) -> None:
    token = await owner.token(tx, "identity.payment_password.set")
    refused = await payment_passwords.set_payment_password(
        tx,
        actor=owner.person.actor,
        payment_password="860794",
        login_password=PASSWORD,
        step_up_token=token,
        at=LATER,
    )
    assert refused is None


async def lock_payment_password(tx: WriteSession, owner: Owner) -> None:
    await set_payment_password(tx, owner)
    for _ in range(3):
        assert not await payment_passwords.check_payment_password(
            tx, user_id=owner.person.user.id, payment_password="000000", at=LATER
        )


async def link(tx: WriteSession, owner: Owner) -> None:
    account = ExternalIdentity("https://accounts.example", str(owner.person.user.id))
    await external_logins.link(tx, user_id=owner.person.user.id, identity=account, at=LATER)


async def unlink(tx: WriteSession, owner: Owner) -> None:
    await link(tx, owner)
    token = await owner.token(tx, "identity.external_login.unlink", provider="example")
    await external_logins.unlink(
        tx,
        actor=owner.person.actor,
        provider="example",
        issuer="https://accounts.example",
        step_up_token=token,
        at=LATER,
    )


Doing = Callable[[WriteSession, Owner], Awaitable[None]]


@pytest.mark.parametrize(
    ("do", "kind"),
    [
        (add_passkey, SecurityKind.PASSKEY_ADDED),
        (remove_passkey, SecurityKind.PASSKEY_REMOVED),
        (suspend_passkey, SecurityKind.PASSKEY_SUSPENDED),
        (set_up_again, SecurityKind.TOTP_SET_UP),
        (remove_totp, SecurityKind.TOTP_REMOVED),
        (replace_codes, SecurityKind.RECOVERY_CODES_MADE),
        (use_code, SecurityKind.RECOVERY_CODE_USED),
        (set_payment_password, SecurityKind.PAYMENT_PASSWORD_CHANGED),
        (lock_payment_password, SecurityKind.PAYMENT_PASSWORD_LOCKED),
        (link, SecurityKind.EXTERNAL_LOGIN_LINKED),
        (unlink, SecurityKind.EXTERNAL_LOGIN_UNLINKED),
    ],
)
async def test_the_owner_is_told_at_every_contact_and_on_the_list(
    tx: WriteSession, owner: Owner, do: Doing, kind: SecurityKind
) -> None:
    await do(tx, owner)
    events = await list_security_events(tx, user_id=owner.person.user.id)
    happened = [each for each in events.items if each.happened_at == LATER]
    assert happened[0].kind is kind
    for contact in owner.contacts:
        newest = (await sent_to(tx, contact))[0]
        assert (newest.template, newest.kind, newest.state) == (
            f"identity.{kind}",
            "alert",
            "queued",
        )
        for language in ("zh", "en"):
            _, body = NOTICES[kind].render("zh" if language == "zh" else "en", newest.facts)
            assert "http" not in body, "nothing to click, whatever a thief calls their passkey"


async def test_recovery_codes_of_a_first_factor_are_told_too(
    tx: WriteSession, person: Person
) -> None:
    contact = await with_contact(tx, person.user)
    user_id = person.user.id
    await recovery_codes.first_recovery_codes(tx, user_id=user_id, at=AT)
    assert (await sent_to(tx, contact))[0].template == "identity.recovery_codes_made"
    assert await recovery_codes.first_recovery_codes(tx, user_id=user_id, at=AT) == []
    assert len(await sent_to(tx, contact)) == 1


async def test_no_number_of_notices_holds_an_alert_back(tx: WriteSession, person: Person) -> None:
    """A thief who can cause notices (log-ins on new devices) cannot silence what matters."""
    contact = await with_contact(tx, person.user)
    facts = {"device": "Firefox"}
    for _ in range(12):
        await security.note(
            tx, user_id=person.user.id, kind=SecurityKind.NEW_DEVICE, facts=facts, at=AT
        )
    await recovery_codes.first_recovery_codes(tx, user_id=person.user.id, at=AT)
    alert, newest_notice, *_ = await sent_to(tx, contact)
    assert (alert.kind, alert.state) == ("alert", "queued")
    assert newest_notice.state == "held_back"


def test_what_lets_somebody_in_or_keeps_somebody_out_is_an_alert() -> None:
    notices = {kind for kind, each in NOTICES.items() if each.kind is Kind.NOTICE}
    assert notices == {
        SecurityKind.NEW_DEVICE,
        SecurityKind.NEW_PLACE,
        SecurityKind.IMPOSSIBLE_TRAVEL,
        SecurityKind.LOG_INS_REFUSED,
        SecurityKind.SESSION_REUSED,
        SecurityKind.CLIENT_MISPLACED,  # a partner's system was refused
    }
