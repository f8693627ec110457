"""Everything that is kept about a party, found by walking the tables from its row on.

A row is about the party if it refers to the party, or to a row that is. So a new table is found
without anybody thinking of it; what has no foreign key is named in `ALSO`, and what is reached and
not handed out, with its reason, in `LEFT_OUT`. A test refuses a table with core or important data
that is in neither.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, select

from tongbao.infra.db import ReadSession

START: Final = "parties_party"
ROWS_MAX: Final = 10_000
ALSO: Final = (
    ("infra_file", "owner_id", START),
    ("payments_order", "creditor_account_id", "accounts_account"),
    ("payments_order", "debtor_account_id", "accounts_account"),
)
"""Columns that refer to a table without a foreign key."""
LEFT_OUT: Final[Mapping[str, str]] = {
    "accounts_interest_total": "totals of many",
    "accounts_number": "accounts say the same",
    "channels_callback": "what channels said of payments; the payments say the same",
    "agreements_consent_request": "a consent that was asked for and not given, for minutes",
    "identity_ceremony": "a challenge that is good for minutes",
    "identity_challenge": "a log-in that is under way",
    "identity_client": "a system's access, in the partner's own portal",
    "identity_client_assertion": "what a system has shown once",
    "identity_client_key": "a system's access",
    "identity_client_secret": "a system's access",
    "identity_client_token": "a system's access",
    "identity_external_flow": "a log-in that is under way",
    "identity_session_secret": "a credential",
    "identity_token": "a credential",
    "identity_totp": "a credential",
    "identity_recovery_code": "a credential",
    "identity_payment_password": "a credential",
    "identity_attempt": "counts of refused log-ins under a digest, for days",
    "identity_code": "a code that is good for minutes",
    "identity_external_registration": "a ticket that is good for minutes",
    "infra_audit": "who did what; auditors look it up, and it holds ids only",
    "infra_audit_alert": "what auditors are to look at",
    "infra_idempotency": "answers that were given already, for days",
    "infra_message": "messages that were sent, under a digest of the address",
    "infra_outbox": "ids, on their way to programs",
    "infra_outbox_parked": "ids, on their way to programs",
    "infra_proposal": "what was proposed; what was done about it is in its own table",
    "infra_webhooks_message": "ids, on their way to partners",
    "infra_webhooks_secret": "a system's access",
    "ledger_account": "accounts and their statements say the same",
    "ledger_category_day": "totals of many",
    "ledger_cut_off_total": "totals of many",
    "ledger_day": "derived from the postings",
    "ledger_hold": "accounts and their statements say the same",
    "ledger_hour": "totals of many",
    "ledger_posting": "accounts and their statements say the same",
    "ledger_reversed": "derived from the postings",
    "ledger_tail": "derived from the postings",
    "ledger_transaction": "accounts and their statements say the same",
    "limits_counter": "how much of a limit is used: derived from payments",
    "limits_own": "limits somebody set; whoever acts for them reads them among their limits",
    "limits_reservation": "how much of a limit is used: derived from payments",
    "parties_duplicate": "says something of another party as well",
    "parties_match_key": "made of what is in the other tables",
    "statements_month": "accounts and their statements say the same",
    "reconciliation_break": "the bank's own comparison with channels; payments say what moved",
    "reconciliation_day": "totals of many",
    "reconciliation_happening": "what staff did about a comparison",
    "reconciliation_item": "the bank's own comparison with channels; payments say what moved",
    "reconciliation_statement": "totals of many",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """Rows of `table` refer by `column` to rows of another table."""

    table: Table
    column: Column[Any]


def edges(metadata: MetaData) -> dict[str, list[Edge]]:
    """Return which columns refer to each table's primary key."""
    found: dict[str, list[Edge]] = {}
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda each: each.parent.name):
            if len(key.column.table.primary_key.columns) == 1 and key.column.primary_key:
                found.setdefault(key.column.table.name, []).append(Edge(table, key.parent))
    for name, column, target in ALSO:
        if name in metadata.tables:
            table = metadata.tables[name]
            found.setdefault(target, []).append(Edge(table, table.c[column]))
    return found


def reached(metadata: MetaData) -> set[str]:
    """Return the names of all tables that a walk may come to."""
    by_target, names, pending = edges(metadata), {START}, [START]
    while pending:
        for edge in by_target.get(pending.pop(), ()):
            if edge.table.name not in names and edge.table.name not in LEFT_OUT:
                names.add(edge.table.name)
                pending.append(edge.table.name)
    return names


async def walk(
    tx: ReadSession, metadata: MetaData, *, party_id: UUID, users: Collection[UUID] = ()
) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rows about a party by table, `ROWS_MAX` of each at most.

    `users` are those who act for the party as the person themself.
    """
    by_target = edges(metadata)
    rows: dict[str, dict[tuple[Any, ...], Mapping[str, Any]]] = {}
    pending: list[tuple[str, list[Any]]] = []

    def keep(table: Table, found: Sequence[Mapping[str, Any]]) -> None:
        known = rows.setdefault(table.name, {})
        keys = [column.name for column in table.primary_key.columns]
        new = {tuple(row[key] for key in keys): row for row in found}
        fresh = [key for key in new if key not in known][: max(0, ROWS_MAX - len(known))]
        known.update({key: new[key] for key in fresh})
        if fresh and len(keys) == 1:
            pending.append((table.name, [key[0] for key in fresh]))

    for name, ids in ((START, [party_id]), ("identity_user", list(users))):
        table = metadata.tables[name]
        (key,) = table.primary_key.columns
        keep(table, await _rows(tx, table, key, ids))
    while pending:
        name, ids = pending.pop()
        for edge in by_target.get(name, ()):
            if edge.table.name not in LEFT_OUT:
                keep(edge.table, await _rows(tx, edge.table, edge.column, ids))
    return {name: list(found.values()) for name, found in sorted(rows.items()) if found}


async def _rows(
    tx: ReadSession, table: Table, column: Column[Any], ids: Sequence[Any]
) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for part in _parts(ids):
        query = select(table).where(column.in_(part)).limit(ROWS_MAX)
        found += [dict(row) for row in (await tx.execute(query)).mappings()]
    return found


def _parts(ids: Sequence[Any], size: int = 1_000) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
