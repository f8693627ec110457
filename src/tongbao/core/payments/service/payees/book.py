"""The payee book: whom a party pays, under which name, and since when that was confirmed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import clean_creditor_name
from tongbao.core.payments.domain.payees import (
    PAYEES_MAX,
    PayeeBookFull,
    PayeeId,
    PayeeSaved,
    SavedPayee,
    UnknownPayee,
    check_coordinates,
    clean_groups,
    clean_label,
    confirming,
)
from tongbao.core.payments.domain.step_up import account_key
from tongbao.core.payments.models import PayeeRow, SavedPayeeRow
from tongbao.core.payments.service.authority import INITIATE
from tongbao.core.payments.service.payees.confirming import confirm_payee, forget_payee
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor


async def save_payee(
    tx: WriteSession,
    *,
    party_id: UUID,
    name: str,
    account_number: str,
    bank_code: str | None = None,
    nickname: str | None = None,
    groups: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> SavedPayee:
    """Add a payee to a party's book. That confirms nothing: the first payment still asks.

    Neither is the name compared, for whoever may write into a book could guess. Raises
    `parties.UnknownParty`, `auth.Forbidden`, `CreditorNameMalformed`, `PayeeMalformed`,
    `PayeeBookFull`, `PayeeSaved`.
    """
    actor.check(INITIATE, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    check_coordinates(account_number, bank_code)
    values = {
        "id": new_id(),
        "party_id": party_id,
        "name": clean_creditor_name(name),
        "account_number": account_number,
        "bank_code": bank_code,
        "nickname": clean_label(nickname, field="nickname"),
        "groups": list(clean_groups(groups)),
        "saved_by": actor.id,
        "saved_at": at,
    }
    count = select(func.count()).select_from(SavedPayeeRow)
    if (await tx.scalar(count.where(SavedPayeeRow.party_id == party_id)) or 0) >= PAYEES_MAX:
        raise PayeeBookFull(payees_max=PAYEES_MAX)
    stored = insert(SavedPayeeRow).values(values).on_conflict_do_nothing()
    saved = await tx.scalar(stored.returning(SavedPayeeRow.id))
    if saved is None:
        raise PayeeSaved
    return await payee(tx, payee_id=saved, actor=actor)


async def list_payees(
    tx: ReadSession,
    *,
    party_id: UUID,
    group: str | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
    actor: Actor,
) -> Page[SavedPayee]:
    """Return the payees of a party's book, the newest first; of one group if it is named.

    Raises `parties.UnknownParty` and `kernel.page.BadCursor`.
    """
    if party_id not in actor.party_ids:
        raise parties.UnknownParty(party_id=party_id)
    query = _query().where(SavedPayeeRow.party_id == party_id)
    if group is not None:
        query = query.where(SavedPayeeRow.groups.contains([group]))
    if after is not None:
        query = query.where(SavedPayeeRow.id < decode_cursor(after, UUID)[0])
    rows = (await tx.execute(query.order_by(SavedPayeeRow.id.desc()).limit(limit + 1))).all()
    return Page[SavedPayee].of(
        [_payee(row, confirmed) for row, confirmed in rows],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def payee(tx: ReadSession, *, payee_id: UUID, actor: Actor) -> SavedPayee:
    """Return a payee of a party the actor acts for. Raises `UnknownPayee`."""
    query = _query().where(SavedPayeeRow.id == payee_id)
    found = (await tx.execute(query.execution_options(populate_existing=True))).one_or_none()
    if found is None or found[0].party_id not in actor.party_ids:
        raise UnknownPayee
    return _payee(*found)


async def change_payee(
    tx: WriteSession,
    *,
    payee_id: UUID,
    nickname: str | None,
    groups: Sequence[str],
    actor: Actor,
) -> SavedPayee:
    """Change the words a payee is found by; name and number stay, another account is another payee.

    Raises `UnknownPayee`, `auth.Forbidden`, `PayeeMalformed`.
    """
    row = await _locked(tx, payee_id, actor)
    row.nickname = clean_label(nickname, field="nickname")
    row.groups = list(clean_groups(groups))
    await tx.flush()
    return await payee(tx, payee_id=payee_id, actor=actor)


async def remove_payee(tx: WriteSession, *, payee_id: UUID, actor: Actor) -> None:
    """Take a payee out of the book; its account is a new payee again from now on.

    Raises `UnknownPayee`, `auth.Forbidden`.
    """
    row = await _locked(tx, payee_id, actor)
    key = account_key(row.account_number, row.bank_code)
    await forget_payee(tx, party_id=row.party_id, account_number=key)
    await tx.delete(row)
    await tx.flush()


async def confirm_saved(
    tx: WriteSession, *, payee_id: UUID, token: str | None, actor: Actor, at: datetime
) -> SavedPayee:
    """Confirm, by a step-up, that the party pays this account; cooling-off begins with it.

    Confirmed again it changes nothing. Raises `UnknownPayee`, `auth.Forbidden`,
    `identity.StepUpRequired`.
    """
    await _locked(tx, payee_id, actor)
    found = await payee(tx, payee_id=payee_id, actor=actor)
    if found.confirmed_at is not None:
        return found
    await identity.spend_step_up(tx, token=token, action=confirming(found), actor=actor, at=at)
    await confirm_payee(
        tx,
        party_id=found.party_id,
        account_number=found.key,
        confirmed_by=actor.id,
        at=at,
    )
    return await payee(tx, payee_id=payee_id, actor=actor)


async def _locked(tx: WriteSession, payee_id: UUID, actor: Actor) -> SavedPayeeRow:
    row = await tx.scalar(
        select(SavedPayeeRow)
        .where(SavedPayeeRow.id == payee_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownPayee
    actor.check(INITIATE, party_id=row.party_id, unknown=UnknownPayee())
    return row


def _query() -> Select[SavedPayeeRow, datetime | None]:
    return select(SavedPayeeRow, PayeeRow.confirmed_at).outerjoin(PayeeRow, _confirmed())


def _confirmed() -> ColumnElement[bool]:
    """Join a payee to its confirmation, which names its account as `account_key` does."""
    bank = func.coalesce(SavedPayeeRow.bank_code + "/", "")
    return and_(
        PayeeRow.party_id == SavedPayeeRow.party_id,
        PayeeRow.account_number == bank + SavedPayeeRow.account_number,
    )


def _payee(row: SavedPayeeRow, confirmed_at: datetime | None) -> SavedPayee:
    return SavedPayee(
        id=PayeeId(row.id),
        party_id=row.party_id,
        name=row.name,
        account_number=row.account_number,
        bank_code=row.bank_code,
        nickname=row.nickname,
        groups=tuple(row.groups),
        saved_at=row.saved_at,
        confirmed_at=confirmed_at,
    )
