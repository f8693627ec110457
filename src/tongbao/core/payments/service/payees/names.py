"""Confirmation of payee: does the name fit the account, without telling the name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import clean_creditor_name
from tongbao.core.payments.domain.names import NameCheck, compare
from tongbao.core.payments.domain.payees import (
    NAME_CHECKS_MAX,
    NAME_CHECKS_MISSED_MAX,
    TooManyNameChecks,
    check_coordinates,
)
from tongbao.core.payments.models import NameChecksRow
from tongbao.core.payments.service.authority import INITIATE
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date


async def check_name(
    tx: WriteSession,
    *,
    party_id: UUID,
    account_number: str,
    name: str,
    actor: Actor,
    at: datetime,
) -> NameCheck:
    """Return whether an account here, which `party_id` means to pay, is held under a name.

    An account that does not exist has no name that fits: the answer tells nobody which numbers are
    taken. Raises `parties.UnknownParty`, `auth.Forbidden`, `CreditorNameMalformed`,
    `PayeeMalformed`, and `TooManyNameChecks`, so that nobody guesses: checks of one person count
    together, whatever log-in they use, and wait for each other.
    """
    actor.check(INITIATE, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    check_coordinates(account_number, None)
    given = clean_creditor_name(name)
    checker = actor.person_id or actor.id
    await admit(tx, checker, at)
    found = await _compared(tx, account_number, given)
    await tx.execute(
        update(NameChecksRow)
        .where(*of_day(checker, at))
        .values(
            asked=NameChecksRow.asked + 1,
            missed=NameChecksRow.missed + int(found is not NameCheck.MATCH),
        )
        .execution_options(synchronize_session=False)
    )
    return found


async def admit(tx: WriteSession, checker: UUID, at: datetime) -> None:
    """Lock the count of a person's day and raise `TooManyNameChecks` when it is full."""
    key = {"checker_id": checker, "business_date": business_date(at)}
    await tx.execute(insert(NameChecksRow).values(key).on_conflict_do_nothing())
    counts = select(NameChecksRow.asked, NameChecksRow.missed).where(*of_day(checker, at))
    asked, missed = (await tx.execute(counts.with_for_update())).one()
    if asked >= NAME_CHECKS_MAX or missed >= NAME_CHECKS_MISSED_MAX:
        raise TooManyNameChecks(checks_max=NAME_CHECKS_MAX, missed_max=NAME_CHECKS_MISSED_MAX)


async def _compared(tx: ReadSession, account_number: str, given: str) -> NameCheck:
    try:
        account = await accounts.by_number(tx, account_number)
    except accounts.UnknownAccount:
        return NameCheck.NO_MATCH
    return compare(given, (await parties.get(tx, account.party_id)).name)


def of_day(checker: UUID, at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Say that a count is that of a person and a business day."""
    return NameChecksRow.checker_id == checker, NameChecksRow.business_date == business_date(at)
