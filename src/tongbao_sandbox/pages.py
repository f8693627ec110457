"""Pages of invoices as JSON, and the cursors between them."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.invoices import Invoices

_KEY = b"tongbao sandbox cursor"  # not a secret: it only tells cursors from typing errors
_OFFSET_BYTES = 5
_SEAL_BYTES = 7
OFFSET_MAX = 256**_OFFSET_BYTES - 1


class BadCursor(Exception):
    """The cursor was not made by us for this taxpayer."""


def encode_cursor(offset: int, *, registration_number: str) -> str:
    """Return an opaque cursor that works for one taxpayer only."""
    raw = offset.to_bytes(_OFFSET_BYTES)
    return base64.urlsafe_b64encode(raw + _seal(raw, registration_number)).decode()


def decode_cursor(cursor: str, *, registration_number: str) -> int:
    """Return the offset in a cursor; raise BadCursor for anything we did not make."""
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadCursor from error
    offset = int.from_bytes(raw[:_OFFSET_BYTES])
    if cursor != encode_cursor(offset, registration_number=registration_number):
        raise BadCursor
    return offset


def _seal(raw: bytes, registration_number: str) -> bytes:
    message = raw + registration_number.encode()
    return hashlib.blake2b(message, key=_KEY, digest_size=_SEAL_BYTES).digest()


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the tax office, before it is written as JSON."""

    firm: Firm
    period: tuple[str, str]
    count: int
    amount_minor: int
    tax_minor: int
    items: tuple[str, ...]  # JSON objects
    next: str | None

    def json(self) -> bytes:
        """Return the page as UTF-8 JSON."""
        head = {
            "taxpayer": {
                "registration_number": self.firm.registration_number,
                "name": self.firm.name,
            },
            "period": {"from": self.period[0], "to": self.period[1]},
            "totals": {
                "count": self.count,
                "amount": amount_text(self.amount_minor),
                "tax": amount_text(self.tax_minor),
            },
        }
        start = json.dumps(head, ensure_ascii=False)[:-1]
        return f'{start},"items":[{",".join(self.items)}],"next":{json.dumps(self.next)}}}'.encode()


def amount_text(minor: int) -> str:
    """Return fen as yuan with two decimals."""
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{cents:02d}"


def items(invoices: Invoices, start: int, stop: int) -> tuple[str, ...]:
    """Return rows [start, stop) as JSON objects (strings are put together: 5,000 rows in 10 ms)."""
    rows = slice(start, stop)
    labels = invoices.json_labels
    columns = zip(
        invoices.ids[rows].tolist(),
        invoices.out[rows].tolist(),
        invoices.number[rows].tolist(),
        invoices.issued_on[rows].astype(str).tolist(),
        invoices.counterparty[rows].tolist(),
        invoices.amount_minor[rows].tolist(),
        invoices.tax_minor[rows].tolist(),
        invoices.void[rows].tolist(),
        strict=True,
    )
    return tuple(
        f'{{"id":"{identity}","direction":"{"out" if out else "in"}","number":"{number:08d}",'
        f'"issued_on":"{issued_on}","counterparty":{labels[counterparty]},'
        f'"amount":"{amount_text(amount)}","tax":"{amount_text(tax)}",'
        f'"void":{"true" if void else "false"}}}'
        for identity, out, number, issued_on, counterparty, amount, tax, void in columns
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that passed every check: `limit` invoices of `firm` from `offset` on."""

    book: FirmBook
    firm: Firm
    invoices: Invoices
    offset: int
    limit: int

    def cursor(self, offset: int) -> str:
        """Return a cursor to another offset of the same taxpayer."""
        return encode_cursor(offset, registration_number=self.firm.registration_number)

    def page(self) -> Page:
        """Return the right answer."""
        end = self.offset + self.limit
        return Page(
            firm=self.firm,
            period=(self.book.period[0].isoformat(), self.book.period[1].isoformat()),
            count=len(self.invoices),
            amount_minor=self.invoices.amount_total_minor,
            tax_minor=self.invoices.tax_total_minor,
            items=items(self.invoices, self.offset, end),
            next=self.cursor(end) if end < len(self.invoices) else None,
        )
