"""The list of entries somebody filtered, as a table to keep."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from tongbao.core.accounts import service
from tongbao.core.accounts.domain import AccountEntry
from tongbao.core.accounts.domain.filtering import EntryFilter
from tongbao.core.accounts.router.filtering import ExportAsked
from tongbao.core.accounts.router.seeing import visible
from tongbao.core.accounts.service import DepositAccount, entry_words
from tongbao.infra import audit, sheets
from tongbao.infra.auth import CurrentActor
from tongbao.infra.db import Database
from tongbao.infra.web import AuditTrail, ReadTx, RequestLanguage, router
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.page import PAGE_LIMIT_MAX
from tongbao.kernel.text import Language, Text

PAGES_MAX: Final = 500
"""Pages of entries that one table is made of: at most 100,000 lines."""

COLUMNS: Final = (
    Text(zh="记账时间", en="Booked at"),
    Text(zh="起息日", en="Value date"),
    Text(zh="摘要", en="Description"),
    Text(zh="收入", en="Money in"),
    Text(zh="支出", en="Money out"),
    Text(zh="余额", en="Balance"),
    Text(zh="币种", en="Currency"),
    Text(zh="对方户名", en="Counterparty"),
    Text(zh="对方账号", en="Counterparty account"),
    Text(zh="附言", en="Reference"),
    Text(zh="交易编号", en="Transaction"),
)

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.get(
    "/{account_id}/entries/csv",
    summary="Filtered entries as CSV, newest first",
    response_class=Response,
    responses=sheets.CSV,
)
async def export_entries(
    account_id: UUID,
    asked: ExportAsked,
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    trail: AuditTrail,
    request: Request,
) -> Response:
    """Return the entries that meet every filter given, as a table for Excel; the latest 100,000.

    A statement, which says that it adds up, is at `/api/v1/statements`.

    Problems: `accounts.unknown_account`, `money.malformed_amount`.
    """
    account = await visible(tx, actor, account_id)
    trail.add(
        audit.Entry(
            action="accounts.export_entries",
            subject=account.party_id,
            object_type="accounts",
            object_id=account.id,
        )
    )
    table = _table(request.app.state.database, account, asked.of(account), language)
    return sheets.download(table, name=f"entries-{account.number[-4:]}.csv")


async def _table(
    database: Database, account: DepositAccount, wanted: EntryFilter, language: Language
) -> AsyncIterator[str]:
    """Yield the table; whoever reads slowly holds no connection meanwhile."""
    yield sheets.BOM + sheets.written([[column.say(language) for column in COLUMNS]])
    after: str | None = None
    for _ in range(PAGES_MAX):
        async with database.read() as tx:
            page = await service.entries(
                tx, account, wanted=wanted, after=after, limit=PAGE_LIMIT_MAX
            )
        yield sheets.written(_row(each, language) for each in page.items)
        after = page.next
        if after is None:
            return


def _row(entry: AccountEntry, language: Language) -> list[str]:
    other = entry.counterparty
    return [
        entry.booked_at.astimezone(BANK_ZONE).strftime("%Y-%m-%d %H:%M:%S"),
        entry.effective_on.isoformat(),
        entry_words(entry.type, entry.direction).say(language),
        entry.amount.text if entry.direction == "credit" else "",
        entry.amount.text if entry.direction == "debit" else "",
        "" if entry.balance_after is None else entry.balance_after.text,
        entry.amount.currency,
        sheets.safe(other.name if other else None),
        # A full number would be read as a figure and lose its last digits.
        f"'{other.number}" if other else "",
        sheets.safe(entry.reference),
        str(entry.transaction_id),
    ]
