"""Whose statements a caller sees, and for whom they may order documents."""

from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.statements import service
from tongbao.infra import audit
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession

READ_ANY: Final = "accounts:read_any"
ISSUE: Final = "statements:issue"
ISSUE_ANY: Final = "statements:issue_any"


async def visible(tx: ReadSession, actor: Actor, account_id: UUID) -> accounts.DepositAccount:
    """Return an account whose statements the caller may see. Raises `UnknownAccount`."""
    account = await accounts.get(tx, account_id)
    if account.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise accounts.UnknownAccount(account=account_id)
    return account


async def orderable(tx: ReadSession, actor: Actor, account_id: UUID) -> accounts.DepositAccount:
    """Return an account the caller may order documents of.

    Raises `UnknownAccount`, `auth.Forbidden`.
    """
    account = await accounts.get(tx, account_id)
    if not actor.may(ISSUE_ANY):
        unknown = accounts.UnknownAccount(account=account_id)
        actor.check(ISSUE, party_id=account.party_id, unknown=unknown)
    return account


async def readable(tx: ReadSession, actor: Actor, document_id: UUID) -> service.Document:
    """Return a document the caller may see. Raises `UnknownDocument`."""
    document = await service.get_document(tx, document_id)
    if document.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise service.UnknownDocument(document_id=document_id)
    return document


def downloaded(account: accounts.DepositAccount, what: str) -> audit.Entry:
    """Return what the trail is told of a statement that was taken away."""
    return audit.Entry(
        action=f"statements.download_{what}",
        subject=account.party_id,
        object_type="accounts",
        object_id=account.id,
    )
