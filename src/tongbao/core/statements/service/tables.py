"""A statement as CSV: a row of opening, the movements, a row of totals and a row of closing."""

from collections.abc import AsyncIterator
from typing import Final

from tongbao.core.accounts.service import entry_words
from tongbao.core.statements.domain.statements import Line, Statement
from tongbao.core.statements.service.making import lines
from tongbao.infra import sheets
from tongbao.infra.db import Database
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.text import Language, Text

COLUMNS: Final = (
    Text(zh="序号", en="No."),
    Text(zh="记账日期", en="Booking date"),
    Text(zh="记账时间", en="Booking time"),
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
OPENING: Final = Text(zh="期初余额", en="Opening balance")
TOTALS: Final = Text(zh="本期合计", en="Totals")
CLOSING: Final = Text(zh="期末余额", en="Closing balance")


async def table(database: Database, of: Statement, *, language: Language) -> AsyncIterator[str]:
    """Yield a statement as CSV, piece by piece, in bounded memory."""
    period, currency = of.period, of.account.currency

    def frame(what: Text, day: str, *, into: str = "", out: str = "", balance: str = "") -> Cells:
        return ["", day, "", "", what.say(language), into, out, balance, currency, "", "", "", ""]

    head = [column.say(language) for column in COLUMNS]
    opening = frame(OPENING, period.first.isoformat(), balance=of.opening.text)
    yield sheets.BOM + sheets.written([head, opening])
    async for some in lines(database, of):
        yield sheets.written(_row(line, language) for line in some)
    last = period.last.isoformat()
    totals = frame(TOTALS, last, into=of.credits.text, out=of.debits.text)
    yield sheets.written([totals, frame(CLOSING, last, balance=of.closing.text)])


Cells = list[str]


def _row(line: Line, language: Language) -> Cells:
    booked = line.booked_at.astimezone(BANK_ZONE)
    return [
        str(line.number),
        booked.date().isoformat(),
        booked.strftime("%H:%M:%S"),
        line.value_on.isoformat(),
        entry_words(line.type, line.direction, reversal=line.reversal).say(language),
        line.amount.text if line.direction == "credit" else "",
        line.amount.text if line.direction == "debit" else "",
        line.balance_after.text,
        line.amount.currency,
        sheets.safe(line.counterparty_name),
        line.counterparty_number or "",
        sheets.safe(line.reference),
        str(line.transaction_id),
    ]
