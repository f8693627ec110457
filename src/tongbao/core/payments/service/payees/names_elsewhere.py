"""Confirmation of payee for accounts at other banks: the bank that has the account is asked.

It is asked with no transaction open. The ask is counted as a miss before and given back after, so
that many at once, or a process that dies, are no way to guess more often.
"""

import asyncio
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import (
    Answer,
    Counterparty,
    CounterpartyKind,
    Instruction,
    Operation,
    Outcome,
    Reason,
)
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import clean_creditor_name
from tongbao.core.payments.domain.names import NameCheck
from tongbao.core.payments.domain.payees import check_coordinates
from tongbao.core.payments.models import NameChecksRow
from tongbao.core.payments.service.authority import INITIATE
from tongbao.core.payments.service.payees.names import admit, of_day
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

SECONDS_MAX: Final = 5.0
_NOTHING: Final = Money.zero("CNY")
_NO_FIT: Final = frozenset(
    {Reason.NAME_MISMATCH, Reason.UNKNOWN_ACCOUNT, Reason.ACCOUNT_CLOSED, Reason.ACCOUNT_BLOCKED}
)


async def check_name_elsewhere(
    database: Database,
    *,
    party_id: UUID,
    account_number: str,
    bank_code: str,
    name: str,
    actor: Actor,
    at: datetime,
) -> NameCheck:
    """Return whether an account at another bank is held under a name, if that bank says so.

    `NOT_CHECKED` where no channel asks, or none answers in time: nothing is known then. Raises as
    `check_name` does, and counts with it.
    """
    actor.check(INITIATE, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    check_coordinates(account_number, bank_code)
    given = clean_creditor_name(name)
    checker = actor.person_id or actor.id
    async with database.write() as tx:
        channel = await _channel(tx, at=at)
        if channel is None:
            return NameCheck.NOT_CHECKED
        await admit(tx, checker, at)
        await tx.execute(
            update(NameChecksRow)
            .where(*of_day(checker, at))
            .values(asked=NameChecksRow.asked + 1, missed=NameChecksRow.missed + 1)
            .execution_options(synchronize_session=False)
        )
    party = Counterparty(CounterpartyKind.BANK_ACCOUNT, account_number, given, bank_code)
    found = await _asked(channel, party, at=at)
    if found is not NameCheck.NO_MATCH:
        async with database.write() as tx:
            await tx.execute(
                update(NameChecksRow)
                .where(*of_day(checker, at))
                .values(missed=NameChecksRow.missed - 1)
                .execution_options(synchronize_session=False)
            )
    return found


async def _channel(tx: ReadSession, *, at: datetime) -> str | None:
    route = await channels.preview(
        tx,
        operation=Operation.VERIFY_ACCOUNT,
        amount=_NOTHING,
        counterparty_kind=CounterpartyKind.BANK_ACCOUNT,
        at=at,
    )
    return next(iter(route.channels), None)


async def _asked(channel: str, party: Counterparty, *, at: datetime) -> NameCheck:
    question = Instruction(
        reference=new_id().hex,
        operation=Operation.VERIFY_ACCOUNT,
        amount=_NOTHING,
        at=at,
        counterparty=party,
    )
    try:
        async with asyncio.timeout(SECONDS_MAX):
            return _verdict(await channels.submit(channel, question))
    except TimeoutError:
        return NameCheck.NOT_CHECKED


def _verdict(answer: Answer) -> NameCheck:
    if answer.outcome is Outcome.DONE:
        return NameCheck.MATCH
    refused = answer.outcome is Outcome.NOT_DONE and answer.reason is not None
    if refused and answer.reason is not None and answer.reason.code in _NO_FIT:
        return NameCheck.NO_MATCH
    return NameCheck.NOT_CHECKED
