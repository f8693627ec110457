"""Erasing data on a party: asked for by its people after a step-up, or by two of the bank's.

What is left says that something was booked or agreed, under an id that leads to nobody. The ledger
is not touched, so its proofs stay valid.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.privacy.domain.erasure import (
    WORDS,
    ErasureHeld,
    Hold,
    KeptFor,
    erase_action,
    file_hold,
)
from tongbao.core.privacy.events import Erased
from tongbao.core.privacy.service import waiting
from tongbao.infra import audit, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.page import PAGE_LIMIT_MAX
from tongbao.kernel.text import Text

ERASE: Final = "privacy:erase"
ERASE_ANY: Final = "privacy:erase_any"
REASON: Final = "erasure"
DUE_AT_ONCE_MAX: Final = 1_000

Holding = Callable[[ReadSession, UUID], Awaitable[Sequence[Hold]]]
"""From a party to what another module keeps data on it for."""

_holding: Final[list[Holding]] = []


class Erasure(BaseModel):
    """Whose data is to be erased."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party_id: UUID


ERASURE: Final = Action(
    name="privacy.erasure",
    title=Text(zh="删除客户信息", en="Erasure of a customer's data"),
    payload=Erasure,
    propose=ERASE_ANY,
    approve="privacy:approve_erasure",
)


def register_holding(holding: Holding) -> None:
    """Say what a module above this one keeps data for; once for each."""
    if holding not in _holding:
        _holding.append(holding)


async def holds(tx: ReadSession, *, party_id: UUID, at: datetime) -> list[Hold]:
    """Return what keeps data on a party. Raises `parties.UnknownParty`."""
    party = await parties.get(tx, party_id)
    own = await accounts.for_party(tx, party_id=party_id, limit=PAGE_LIMIT_MAX)
    closed_all = own.next is None and all(
        account.status is accounts.DepositAccountStatus.CLOSED for account in own.items
    )
    found = [] if closed_all else [Hold(KeptFor.OPEN_ACCOUNT)]
    for holding in _holding:
        found += await holding(tx, party_id)
    closed = [
        change.changed_at
        for change in await parties.status_history(tx, party_id)
        if change.after is parties.Status.CLOSED
    ]
    was_customer = bool(own.items) or bool(await parties.level_history(tx, party_id))
    is_closed = party.status is parties.Status.CLOSED and closed
    file = file_hold(was_customer=was_customer, closed_at=max(closed) if is_closed else None, at=at)
    return [*found, *([file] if file else [])]


async def check_erasable(tx: ReadSession, *, party_id: UUID, at: datetime) -> datetime:
    """Return from when on data on a party can be erased: now, or when the law's time is over.

    Raises `ErasureHeld` with everything that keeps it while nobody can say how long, and
    `parties.UnknownParty`.
    """
    found = await holds(tx, party_id=party_id, at=at)
    if any(each.until is None for each in found):
        raise ErasureHeld(
            holds=[
                {
                    "ground": each.ground.value,
                    "zh": WORDS[each.ground].zh,
                    "en": WORDS[each.ground].en,
                    "until": each.until and each.until.isoformat(),
                }
                for each in found
            ]
        )
    return max((each.until for each in found if each.until is not None), default=at)


async def erase_own(
    tx: WriteSession, *, party_id: UUID, actor: Actor, step_up_token: str | None, at: datetime
) -> datetime:
    """Erase data on a party of the caller's, now or once the law's time is over; return when.

    Raises `parties.UnknownParty`, `Forbidden`, `ErasureHeld`, `identity.StepUpRequired`.
    """
    actor.check(ERASE, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    due_at = await check_erasable(tx, party_id=party_id, at=at)
    await identity.spend_step_up(
        tx, token=step_up_token, action=erase_action(party_id), actor=actor, at=at
    )
    await _erase_from(tx, party_id=party_id, asked_by=actor.id, due_at=due_at, at=at)
    return due_at


@ERASURE.executes
async def _approved(tx: WriteSession, wanted: Erasure, by: Approved, at: datetime) -> str:
    """Erase now or in time, unless something has come to keep the data meanwhile."""
    due_at = await check_erasable(tx, party_id=wanted.party_id, at=at)
    await _erase_from(tx, party_id=wanted.party_id, asked_by=by.maker.id, due_at=due_at, at=at)
    return f"/api/v1/privacy/parties/{wanted.party_id}/erasure"


async def erase_due(database: Database, *, at: datetime) -> int:
    """Carry out what waited and is due, each on a transaction of its own; return how many.

    What something keeps by then, as a relation that began again, goes on waiting.
    """
    assert _holding, "the composition root says what data is kept for: register_holding"
    erased = 0
    for _ in range(DUE_AT_ONCE_MAX):
        async with database.write() as tx:
            row = await waiting.next_due(tx, at=at)
            if row is None:
                break
            found = await holds(tx, party_id=row.party_id, at=at)
            if found:
                row.due_at = max(each.until or at + waiting.LOOK_AGAIN for each in found)
            else:
                await _erase(tx, party_id=row.party_id, at=at)
                erased += 1
    return erased


async def _erase_from(
    tx: WriteSession, *, party_id: UUID, asked_by: UUID, due_at: datetime, at: datetime
) -> None:
    if due_at > at:
        await waiting.queue(tx, party_id=party_id, asked_by=asked_by, due_at=due_at, at=at)
    else:
        await _erase(tx, party_id=party_id, at=at)


async def _erase(tx: WriteSession, *, party_id: UUID, at: datetime) -> None:
    await identity.erase_holders(tx, party_id=party_id, reason=REASON, at=at)
    await parties.erase(tx, party_id=party_id, reason=REASON, at=at)
    entry = audit.Entry(
        action="parties.party.erased",
        subject=party_id,
        object_type="parties_party",
        object_id=party_id,
        reason=REASON,
    )
    await audit.record(tx, [entry], at=at)
    await waiting.end(tx, party_id=party_id, at=at)
    await outbox.append(tx, [Erased(party_id=party_id)], at=at)
