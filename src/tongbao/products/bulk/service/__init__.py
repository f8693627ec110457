"""Verbs of files of payments: hand in, look at, pay, report."""

from tongbao.products.bulk.domain.errors import UnknownFile
from tongbao.products.bulk.domain.files import (
    BYTES_MAX,
    LINES_MAX,
    FileFormat,
    FileId,
    FileKind,
    FileState,
    Line,
    LineState,
    Mode,
    PaymentFile,
)
from tongbao.products.bulk.service.deciding import (
    EXECUTION,
    JOB,
    ProposedExecution,
    cancel,
    execute,
)
from tongbao.products.bulk.service.listening import consumer
from tongbao.products.bulk.service.paying import pay
from tongbao.products.bulk.service.reading import StatusReport, get, lines, of_party, report
from tongbao.products.bulk.service.receiving import Wish, receive

__all__ = [
    "BYTES_MAX",
    "EXECUTION",
    "JOB",
    "LINES_MAX",
    "FileFormat",
    "FileId",
    "FileKind",
    "FileState",
    "Line",
    "LineState",
    "Mode",
    "PaymentFile",
    "ProposedExecution",
    "StatusReport",
    "UnknownFile",
    "Wish",
    "cancel",
    "consumer",
    "execute",
    "get",
    "lines",
    "of_party",
    "pay",
    "receive",
    "report",
]
