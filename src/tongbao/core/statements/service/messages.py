"""A statement as camt.053.001.08, a page a message."""

import hashlib
from datetime import timedelta
from typing import Final

from tongbao.core.accounts.service import EntryCategory, category_of, entry_words
from tongbao.core.statements.domain.errors import PageMissing
from tongbao.core.statements.domain.statements import Line, Statement
from tongbao.core.statements.service.configuration import configuration
from tongbao.core.statements.service.making import lines
from tongbao.infra.db import Database
from tongbao.kernel.clock import BANK_ZONE
from tongbao.lib.iso20022 import camt053

ENTRIES_A_PAGE: Final = 1_000
ISSUER: Final = "TONGBAO"

# Bank transaction codes of ISO 20022: domain, family, sub-family; of a credit and of a debit.
_CODES: Final = {
    EntryCategory.TRANSFER: (("PMNT", "RCDT", "BOOK"), ("PMNT", "ICDT", "BOOK")),
    EntryCategory.INTEREST: (("ACMT", "MCOP", "INTR"), ("ACMT", "MDOP", "INTR")),
    EntryCategory.LOAN: (("LDAS", "FTLN", "DDWN"), ("LDAS", "FTLN", "PPAY")),
    EntryCategory.DEPOSIT: (("LDAS", "FTDP", "RPMT"), ("LDAS", "FTDP", "DPST")),
    EntryCategory.FEE: (("ACMT", "MCOP", "CHRG"), ("ACMT", "MDOP", "CHRG")),
    EntryCategory.CASH: (("PMNT", "CNTR", "CDPT"), ("PMNT", "CNTR", "CWDL")),
    EntryCategory.REVERSAL: (("ACMT", "MCOP", "ADJT"), ("ACMT", "MDOP", "ADJT")),
    EntryCategory.OTHER: (("ACMT", "MCOP", "OTHR"), ("ACMT", "MDOP", "OTHR")),
}


def pages_of(of: Statement) -> int:
    """Return how many messages a statement is."""
    return max(-(-of.span.entries // ENTRIES_A_PAGE), 1)


async def message(database: Database, of: Statement, *, page: int) -> bytes:
    """Return one page of a statement as XML. Raises `PageMissing`."""
    pages = pages_of(of)
    if not 1 <= page <= pages:
        raise PageMissing(pages=pages)
    skipped = (page - 1) * ENTRIES_A_PAGE
    found = [
        line
        async for some in lines(database, of, after=skipped, count=ENTRIES_A_PAGE)
        for line in some
    ]
    first, last = page == 1, page == pages
    opening = found[0].balance_after - found[0].signed if found else of.opening
    closing = found[-1].balance_after if found else of.closing
    name = _name(of)
    return camt053.document(
        camt053.Page(
            message_id=f"{name}-{page}",
            statement_id=name,
            created_at=of.made_at,
            number=page,
            last=last,
            from_at=of.period.booked_from,
            to_at=of.period.booked_until - timedelta(milliseconds=1),
            account=of.account.number,
            currency=of.account.currency,
            owner=of.holder,
            servicer=configuration().bank.en,
            issuer=ISSUER,
            balances=[
                camt053.Balance("OPBD", opening, of.period.first, intermediate=not first),
                camt053.Balance("CLBD", closing, of.period.last, intermediate=not last),
                *([camt053.Balance("CLAV", of.available, of.period.last)] if last else []),
            ],
            totals=camt053.Totals(
                credits=of.credits,
                credit_entries=of.span.credit_entries,
                debits=of.debits,
                debit_entries=of.span.debit_entries,
            ),
            entries=[_entry(line) for line in found],
        )
    )


def _name(of: Statement) -> str:
    """Return the statement's identification: the same for the same account, days and movements."""
    about = (
        f"{of.account.id} {of.period.first} {of.period.last}"
        f" {of.span.first_version} {of.span.last_version}"
    )
    return f"TB{of.period.last:%Y%m%d}{hashlib.sha256(about.encode()).hexdigest()[:16]}".upper()


def _entry(line: Line) -> camt053.Entry:
    credit = line.direction == "credit"
    category = EntryCategory.REVERSAL if line.reversal else category_of(line.type)
    words = entry_words(line.type, line.direction, reversal=line.reversal)
    name, number = line.counterparty_name, line.counterparty_number
    return camt053.Entry(
        reference=line.transaction_id.hex,
        amount=line.amount,
        credit=credit,
        reversal=line.reversal,
        booked_at=line.booked_at.astimezone(BANK_ZONE),
        value_on=line.value_on,
        code=camt053.Code(*_CODES[category][0 if credit else 1], own=line.type),
        counterparty=(
            None if name is None or number is None else camt053.Counterparty(name, number)
        ),
        remittance=line.reference,
        words=f"{words.zh} {words.en}",
    )
