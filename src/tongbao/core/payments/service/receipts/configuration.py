"""What this process seals receipts with, and where people have them confirmed."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509

from tongbao.infra import pdf
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ReceiptConfiguration:
    """The seal, the certificates receipts are proven by, and the bank as receipts name it.

    `origin` is where people reach us, which the code in a QR leads to.
    """

    seal: pdf.Seal
    roots: tuple[x509.Certificate, ...]
    origin: str
    bank: Text


_configured: Final[list[ReceiptConfiguration]] = []


def configure_receipts(configuration: ReceiptConfiguration) -> None:
    """Say what this process works with."""
    _configured[:] = [configuration]


def configuration() -> ReceiptConfiguration:
    """Return what was configured."""
    assert _configured, "the process has been given no seal: payments.configure_receipts"
    return _configured[0]
