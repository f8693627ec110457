"""Accounts that nobody uses: their holders are told, they fall asleep, they are awakened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, bindparam, select, text, tuple_

from tongbao.core.accounts.domain import DepositAccount, DepositAccountStatus
from tongbao.core.accounts.domain.dormancy import Judgement, asleep_on, judge, quiet_since
from tongbao.core.accounts.domain.errors import (
    AccountClosed,
    LevelTooLow,
    NotDormant,
    PartyNotActive,
)
from tongbao.core.accounts.domain.products import RULES, Product, missing_for
from tongbao.core.accounts.domain.restraints import Restraint, standing
from tongbao.core.accounts.events import (
    AccountAwakened,
    AccountFellAsleep,
    AccountStatusChanged,
    DormancyApproaching,
)
from tongbao.core.accounts.models import AccountRow, StatusChangeRow
from tongbao.core.accounts.service.configuration import current
from tongbao.core.accounts.service.rows import account_of, restraint_of
from tongbao.core.accounts.service.standing import (
    follow,
    locked,
    locked_all,
    note_status,
    restraint_rows,
)
from tongbao.core.accounts.service.wallets import same_number
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.runs import Progress
from tongbao.kernel.clock import business_date
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

PIECE_ACCOUNTS: Final = 1_000
NOT_THE_HOLDERS: Final = ("accounts.", "ledger.", "interest", "fee")
"""Debits of these types are the bank's or an authority's doing, whoever ordered them."""
AWAKEN: Final = "accounts.awaken"
AWAKENED: Final = "本人唤醒 awakened by the holder"
FELL_ASLEEP: Final = "长期未使用 not used for long"


@dataclass(frozen=True, slots=True)
class _Judged:
    row: AccountRow
    last_moved_on: date
    told_on: date | None
    judgement: Judgement


async def fall_asleep(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Do one piece of the end-of-day step `accounts.dormancy`: tell holders, put to sleep.

    Looks only at accounts whose last known movement is long past, and notes a later one where there
    is one, so that an account in use is looked at once in so many months. Their ledger accounts are
    locked first: nobody who pays meanwhile finds the account asleep afterwards.
    """
    dormancy = current().dormancy
    rows = await _quiet(tx, day, cursor)
    if not rows:
        return Progress(items=0, cursor=None)
    last = rows[-1]
    onward = f"{last.last_moved_on.isoformat()} {last.id}"
    moved = await _moved(tx, rows)
    balances = await ledger.balances(tx, [ledger.AccountId(row.ledger_account_id) for row in rows])
    judged = []
    for row in rows:
        last_moved_on = max(row.last_moved_on, moved.get(row.number, row.last_moved_on))
        bound = Money(dormancy.bound_major * 10 ** Money.zero(row.currency).scale, row.currency)
        judgement = judge(
            day,
            last_moved_on=last_moved_on,
            told_on=row.dormancy_told_on,
            small=balances[ledger.AccountId(row.ledger_account_id)].posted < bound.minor,
            months=dormancy.months,
            notice=dormancy.notice,
        )
        told_on = day if judgement is Judgement.TELL else row.dormancy_told_on
        judged.append(_Judged(row, last_moved_on, told_on, judgement))
    await _store(tx, judged, day=day, at=at)
    done = len(rows) < PIECE_ACCOUNTS
    return Progress(items=len(rows), cursor=None if done else onward)


async def awaken(
    tx: WriteSession, *, account_id: UUID, actor: Actor, step_up_token: str | None, at: datetime
) -> DepositAccount:
    """Let a dormant account pay again, for its holder, who confirms it; a wallet as a whole.

    Whoever awakens has been asked for already: this looks at who the holder is known to be.

    Raises `UnknownAccount`, `AccountClosed`, `NotDormant`, `PartyNotActive`, `LevelTooLow`, and
    what the confirmation raises.
    """
    row = await locked(tx, account_id)
    if row.status == DepositAccountStatus.CLOSED.value:
        raise AccountClosed
    if row.dormant_since is None:
        raise NotDormant
    party = await parties.get(tx, row.party_id)
    if party.status in (parties.Status.BLOCKED, parties.Status.CLOSED):
        raise PartyNotActive(status=party.status.value)
    need = RULES[Product(row.product)].levels.get(party.kind, parties.Level.BASIC)
    if party.level < need:
        missing = missing_for(party.kind, have=party.level, need=need)
        raise LevelTooLow(
            have=int(party.level), need=int(need), missing=", ".join(each.value for each in missing)
        )
    facts = {"account_number": row.number}
    await current().confirm(tx, kind=AWAKEN, facts=facts, token=step_up_token, actor=actor, at=at)
    for each in await locked_all(tx, await same_number(tx, row)):
        if each.dormant_since is not None:
            await awakened(tx, each, by=actor.id, at=at)
    return account_of(row)


async def awakened(tx: WriteSession, row: AccountRow, *, by: UUID, at: datetime) -> None:
    """Let a locked account be awake from now on."""
    row.dormant_since = row.dormancy_told_on = None
    row.last_moved_on = business_date(at)
    if row.status == DepositAccountStatus.DORMANT.value:
        await note_status(tx, row, DepositAccountStatus.OPEN, at=at, by=by, reason=AWAKENED)
    await follow(tx, row, at=at, by=by, reason=AWAKENED)
    event = AccountAwakened(account_id=row.id, party_id=row.party_id, by=by)
    await outbox.append(tx, [event], at=at)


async def _quiet(tx: WriteSession, day: date, cursor: str | None) -> Sequence[AccountRow]:
    """Return the next accounts that may have been quiet for long, locked, the quietest first."""
    dormancy = current().dormancy
    limit = quiet_since(day, months=dormancy.months, notice=dormancy.notice)
    query = select(AccountRow.id).where(
        AccountRow.last_moved_on <= limit,
        AccountRow.dormant_since.is_(None),
        AccountRow.status != DepositAccountStatus.CLOSED.value,
    )
    if cursor is not None:
        on, _, last = cursor.partition(" ")
        place = tuple_(AccountRow.last_moved_on, AccountRow.id)
        query = query.where(place > (date.fromisoformat(on), UUID(last)))
    query = query.order_by(AccountRow.last_moved_on, AccountRow.id).limit(PIECE_ACCOUNTS)
    rows = await locked_all(tx, (await tx.scalars(query)).all())
    return sorted(
        (row for row in rows if row.dormant_since is None),
        key=lambda row: (row.last_moved_on, row.id),
    )


async def _moved(tx: WriteSession, rows: Sequence[AccountRow]) -> Mapping[str, date]:
    """Return by number the last day on which the holder moved something; a wallet's is one."""
    numbers = [row.number for row in rows]
    found = await tx.execute(
        select(AccountRow.number, AccountRow.ledger_account_id).where(
            AccountRow.number.in_(numbers)
        )
    )
    number_of = {ledger.AccountId(row.ledger_account_id): row.number for row in found}
    await ledger.lock(tx, number_of.keys())
    debited = await ledger.last_debited(tx, number_of.keys(), but_not=NOT_THE_HOLDERS)
    moved: dict[str, date] = {}
    for ledger_id, on in debited.items():
        number = number_of[ledger_id]
        moved[number] = max(on, moved.get(number, on))
    return moved


async def _store(tx: WriteSession, judged: Sequence[_Judged], *, day: date, at: datetime) -> None:
    dormancy = current().dormancy
    asleep = [each.row for each in judged if each.judgement is Judgement.SLEEP]
    opened = [row for row in asleep if row.status == DepositAccountStatus.OPEN.value]
    events: list[Event] = [
        DormancyApproaching(
            account_id=each.row.id,
            party_id=each.row.party_id,
            dormant_on=asleep_on(
                each.last_moved_on, day, months=dormancy.months, notice=dormancy.notice
            ),
        )
        for each in judged
        if each.judgement is Judgement.TELL
    ]
    for each in judged:
        if each.judgement is Judgement.SLEEP:
            row = each.row
            fell = AccountFellAsleep(
                account_id=row.id, party_id=row.party_id, last_moved_on=each.last_moved_on
            )
            events.append(fell)
    status = DepositAccountStatus.DORMANT.value
    for row in opened:
        change = StatusChangeRow(
            id=new_id(),
            account_id=row.id,
            status=status,
            reason=FELL_ASLEEP,
            changed_by=None,
            changed_at=at,
        )
        tx.add(change)
        events.append(
            AccountStatusChanged(account_id=row.id, party_id=row.party_id, status=status, by=None)
        )
    await tx.flush()
    await tx.execute(
        _STORE,
        {
            "ids": [each.row.id for each in judged],
            "moved": [each.last_moved_on for each in judged],
            "told": [each.told_on for each in judged],
            "asleep": [row.id for row in asleep],
            "at": at,
        },
    )
    await _restrict(tx, asleep, at=at)
    if events:
        await outbox.append(tx, events, at=at)


async def _restrict(tx: WriteSession, asleep: Sequence[AccountRow], *, at: datetime) -> None:
    """Let the ledger refuse debits of accounts that sleep from now on."""
    restraints: dict[UUID, list[Restraint]] = {row.id: [] for row in asleep}
    currencies = {row.id: row.currency for row in asleep}
    for each in await restraint_rows(tx, restraints.keys()):
        restraints[each.account_id].append(restraint_of(each, currencies[each.account_id]))
    await ledger.restrict(
        tx,
        [
            ledger.Restriction(
                ledger.AccountId(row.ledger_account_id),
                (held := standing(restraints[row.id], at)).on_ledger(dormant=True),
                held.withheld,
            )
            for row in asleep
        ],
    )


_STORE: Final = text(
    """
    UPDATE accounts_account a
       SET last_moved_on = x.moved,
           dormancy_told_on = x.told,
           dormant_since = CASE WHEN a.id = ANY (:asleep) THEN :at ELSE a.dormant_since END,
           status = CASE WHEN a.id = ANY (:asleep) AND a.status = 'open' THEN 'dormant'
                         ELSE a.status END
      FROM unnest(:ids, :moved, :told) AS x(id, moved, told)
     WHERE a.id = x.id"""
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("moved", type_=ARRAY(Date)),
    bindparam("told", type_=ARRAY(Date)),
    bindparam("asleep", type_=ARRAY(Uuid)),
)
