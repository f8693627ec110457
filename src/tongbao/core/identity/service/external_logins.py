"""Logging in by a provider's account: the way there and back, linking, registering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.challenges import Challenged, First
from tongbao.core.identity.domain.devices import DeviceFacts
from tongbao.core.identity.domain.external_logins import (
    FLOW_LIFETIME,
    TICKET_LIFETIME,
    ExternalIdentity,
    ExternalLogInRefused,
    ExternalLoginTaken,
    UnknownExternalLogin,
    clean_return_path,
)
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.sessions import NewSession
from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.events import ExternalLoginLinked, ExternalLoginUnlinked
from tongbao.core.identity.models import (
    ExternalFlowRow,
    ExternalLoginRow,
    ExternalRegistrationRow,
)
from tongbao.core.identity.service import step_up
from tongbao.core.identity.service.actors import find_actor
from tongbao.core.identity.service.challenges import begin_challenge, own_factors
from tongbao.core.identity.service.configuration import configured
from tongbao.core.identity.service.expiring import purge
from tongbao.core.identity.service.security import note
from tongbao.core.identity.service.sessions import begin_session
from tongbao.infra import crypto, outbox
from tongbao.infra.auth import Actor, token_hash
from tongbao.infra.db import ReadSession, WriteSession

SECRET_BYTES: Final = 32
VERIFIER: Final = "identity_external_flow.sealed_verifier"


@dataclass(frozen=True, slots=True)
class Flow:
    """A browser on its way to a provider and back."""

    provider: str
    state: str
    nonce: str
    verifier: str
    return_to: str
    link_user_id: UUID | None = None
    link_session_id: UUID | None = None


async def begin_flow(
    tx: WriteSession,
    *,
    provider: str,
    return_to: str,
    browser_secret: str,
    at: datetime,
    link: Actor | None = None,
    step_up_token: str | None = None,
) -> Flow:
    """Remember a browser that is being sent to a provider; it comes back with the flow's state.

    With `link` the account is to become a way to log in as this user: raises `StepUpRequired` for
    `identity.external_login.link`. Raises `ReturnPathNotAllowed`.
    """
    flow = Flow(
        provider=provider,
        state=token_urlsafe(SECRET_BYTES),
        nonce=token_urlsafe(SECRET_BYTES),
        verifier=token_urlsafe(SECRET_BYTES),
        return_to=clean_return_path(return_to),
        link_user_id=None if link is None else link.id,
        link_session_id=None if link is None else link.session_id,
    )
    if link is not None:
        await step_up.spend(
            tx, token=step_up_token, action=link_action(provider), actor=link, at=at
        )
    await purge(tx, ExternalFlowRow, at=at)
    state_sha256 = token_hash(flow.state)
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    await tx.execute(
        insert(ExternalFlowRow).values(
            state_sha256=state_sha256,
            browser_sha256=token_hash(browser_secret),
            provider=provider,
            nonce=flow.nonce,
            sealed_verifier=box.seal(flow.verifier, field=VERIFIER, row=state_sha256),
            return_to=flow.return_to,
            link_user_id=flow.link_user_id,
            link_session_id=flow.link_session_id,
            expires_at=at + FLOW_LIFETIME,
        )
    )
    return flow


def link_action(provider: str) -> Action:
    """Return what is confirmed before an account of this provider's is linked."""
    return Action("identity.external_login.link", {"provider": provider})


async def find_flow(
    tx: ReadSession, *, provider: str, state: str, browser_secret: str, at: datetime
) -> Flow | None:
    """Return a flow that has not come back, to the browser it was begun in only."""
    row = await tx.scalar(
        select(ExternalFlowRow).where(*_same(provider, state, browser_secret, at))
    )
    return None if row is None else await _flow(tx, row, state)


async def take_flow(
    tx: WriteSession, *, provider: str, state: str, browser_secret: str, at: datetime
) -> Flow | None:
    """Return a flow that comes back, and forget it: a second answer finds nothing."""
    row = await tx.scalar(
        delete(ExternalFlowRow)
        .where(*_same(provider, state, browser_secret, at))
        .returning(ExternalFlowRow)
    )
    return None if row is None else await _flow(tx, row, state)


async def user_of(tx: WriteSession, *, identity: ExternalIdentity, at: datetime) -> UUID | None:
    """Return the user whom an account is linked to, if it is to one.

    Raises `ExternalLogInRefused` for a user who is blocked.
    """
    user_id = await tx.scalar(
        update(ExternalLoginRow)
        .where(
            ExternalLoginRow.issuer == identity.issuer,
            ExternalLoginRow.subject == identity.subject,
        )
        .values(last_used_at=at)
        .returning(ExternalLoginRow.user_id)
        .execution_options(synchronize_session=False)
    )
    if user_id is None:
        return None
    if await find_actor(tx, user_id, at) is None:
        raise ExternalLogInRefused
    return user_id


async def proceed(
    tx: WriteSession, *, user_id: UUID, browser_secret: str, device: DeviceFacts, at: datetime
) -> NewSession | Challenged:
    """Begin a session for the user of an account, or ask for the second factor they have set up.

    Another site's account alone does not get around it. The challenge goes on in the browser that
    came back, and in no other.
    """
    factors = await own_factors(tx, user_id=user_id)
    if not factors:
        return await begin_session(
            tx, user_id=user_id, factors=frozenset({First.EXTERNAL.value}), device=device, at=at
        )
    return await begin_challenge(
        tx,
        user_id=user_id,
        factors=factors,
        proven=First.EXTERNAL,
        browser_secret=browser_secret,
        at=at,
    )


async def link(
    tx: WriteSession, *, user_id: UUID, identity: ExternalIdentity, at: datetime
) -> None:
    """Make an account a way to log in as a user. Raises `ExternalLoginTaken`."""
    stored = await tx.scalar(
        insert(ExternalLoginRow)
        .values(issuer=identity.issuer, subject=identity.subject, user_id=user_id, linked_at=at)
        .on_conflict_do_nothing()
        .returning(ExternalLoginRow.user_id)
    )
    if stored is None:
        raise ExternalLoginTaken
    told = ExternalLoginLinked(user_id=user_id, issuer=identity.issuer)
    await outbox.append(tx, [told], at=at)
    facts = {"provider": _title(identity.issuer)}
    await note(tx, user_id=user_id, kind=SecurityKind.EXTERNAL_LOGIN_LINKED, facts=facts, at=at)


async def issue_ticket(
    tx: WriteSession, *, identity: ExternalIdentity, browser_secret: str, at: datetime
) -> str:
    """Return a ticket for an account that nobody here has, good in this browser for 15 minutes.

    Registration goes on with a verified contact, as everybody's; the new user then links the
    account by the ticket.
    """
    await purge(tx, ExternalRegistrationRow, at=at)
    ticket = token_urlsafe(SECRET_BYTES)
    await tx.execute(
        insert(ExternalRegistrationRow).values(
            ticket_sha256=_ticket_hash(ticket, browser_secret),
            issuer=identity.issuer,
            subject=identity.subject,
            name=identity.name,
            expires_at=at + TICKET_LIFETIME,
        )
    )
    return ticket


async def link_by_ticket(
    tx: WriteSession,
    *,
    actor: Actor,
    provider: str,
    issuer: str,
    ticket: str,
    browser_secret: str,
    step_up_token: str | None,
    at: datetime,
) -> None:
    """Link the account that a ticket stands for to the caller, once.

    Raises `StepUpRequired`, `ExternalLoginTaken`, and `ExternalLogInRefused` for a ticket that is
    unknown, used, too old, of another browser or of another provider.
    """
    await step_up.spend(tx, token=step_up_token, action=link_action(provider), actor=actor, at=at)
    row = await tx.scalar(
        delete(ExternalRegistrationRow)
        .where(
            ExternalRegistrationRow.ticket_sha256 == _ticket_hash(ticket, browser_secret),
            ExternalRegistrationRow.issuer == issuer,
            ExternalRegistrationRow.expires_at > at,
        )
        .returning(ExternalRegistrationRow)
    )
    if row is None:
        raise ExternalLogInRefused
    await link(tx, user_id=actor.id, identity=ExternalIdentity(row.issuer, row.subject), at=at)


async def unlink(
    tx: WriteSession,
    *,
    actor: Actor,
    provider: str,
    issuer: str,
    step_up_token: str | None,
    at: datetime,
) -> None:
    """Let the provider's accounts log in as the caller no more.

    Raises `UnknownExternalLogin`, and `StepUpRequired` for `identity.external_login.unlink`.
    """
    own = (ExternalLoginRow.user_id == actor.id, ExternalLoginRow.issuer == issuer)
    if await tx.scalar(select(ExternalLoginRow.subject).where(*own).limit(1)) is None:
        raise UnknownExternalLogin
    action = Action("identity.external_login.unlink", {"provider": provider})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    await tx.execute(delete(ExternalLoginRow).where(*own))
    told = ExternalLoginUnlinked(user_id=actor.id, issuer=issuer)
    await outbox.append(tx, [told], at=at)
    facts = {"provider": _title(issuer)}
    await note(tx, user_id=actor.id, kind=SecurityKind.EXTERNAL_LOGIN_UNLINKED, facts=facts, at=at)


async def linked_issuers(tx: ReadSession, *, user_id: UUID) -> Sequence[str]:
    """Return the issuers of which the user has linked an account."""
    rows = await tx.scalars(
        select(ExternalLoginRow.issuer).where(ExternalLoginRow.user_id == user_id).distinct()
    )
    return sorted(rows)


def _title(issuer: str) -> str:
    """Return what a provider is called; not its issuer, since messages carry no addresses."""
    known = [each.provider for each in configured().providers.values()]
    return next((each.title for each in known if each.issuer == issuer), "?")


def _same(
    provider: str, state: str, browser_secret: str, at: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        ExternalFlowRow.state_sha256 == token_hash(state),
        ExternalFlowRow.browser_sha256 == token_hash(browser_secret),
        ExternalFlowRow.provider == provider,
        ExternalFlowRow.expires_at > at,
    )


async def _flow(tx: ReadSession, row: ExternalFlowRow, state: str) -> Flow:
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    return Flow(
        provider=row.provider,
        state=state,
        nonce=row.nonce,
        verifier=box.open(row.sealed_verifier, field=VERIFIER, row=row.state_sha256),
        return_to=row.return_to,
        link_user_id=row.link_user_id,
        link_session_id=row.link_session_id,
    )


def _ticket_hash(ticket: str, browser_secret: str) -> bytes:
    """Return what is stored: a ticket means something together with its browser's secret only."""
    return token_hash(f"{ticket}.{browser_secret}")
