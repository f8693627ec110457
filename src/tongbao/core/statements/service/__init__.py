"""Statements of accounts, certificates about them, and what confirms them to others."""

from tongbao.core.statements.domain.documents import (
    Confirmation,
    Document,
    DocumentId,
    DocumentKind,
    closing_digest,
)
from tongbao.core.statements.domain.errors import (
    DayInFuture,
    DocumentBeingMade,
    NotOpenYet,
    PageMissing,
    PeriodTooLong,
    PeriodUpsideDown,
    StatementBroken,
    TooManyMovements,
    TooManyWaiting,
    UnknownCode,
    UnknownDocument,
)
from tongbao.core.statements.domain.periods import Period
from tongbao.core.statements.domain.statements import Line, Month, Statement
from tongbao.core.statements.service.closing import close_month, months
from tongbao.core.statements.service.configuration import (
    BANK,
    Configuration,
    configuration,
    configure,
)
from tongbao.core.statements.service.confirming import confirm, confirm_file
from tongbao.core.statements.service.documents import (
    document_file,
    get_document,
    issue,
    list_documents,
    order_balance_certificate,
    order_opening_certificate,
    order_statement,
)
from tongbao.core.statements.service.making import lines, statement
from tongbao.core.statements.service.messages import message, pages_of
from tongbao.core.statements.service.tables import table

__all__ = [
    "BANK",
    "Configuration",
    "Confirmation",
    "DayInFuture",
    "Document",
    "DocumentBeingMade",
    "DocumentId",
    "DocumentKind",
    "Line",
    "Month",
    "NotOpenYet",
    "PageMissing",
    "Period",
    "PeriodTooLong",
    "PeriodUpsideDown",
    "Statement",
    "StatementBroken",
    "TooManyMovements",
    "TooManyWaiting",
    "UnknownCode",
    "UnknownDocument",
    "close_month",
    "closing_digest",
    "configuration",
    "configure",
    "confirm",
    "confirm_file",
    "document_file",
    "get_document",
    "issue",
    "lines",
    "list_documents",
    "message",
    "months",
    "order_balance_certificate",
    "order_opening_certificate",
    "order_statement",
    "pages_of",
    "statement",
    "table",
]
