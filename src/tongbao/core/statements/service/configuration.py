"""What this process seals statements with, and where it is reached; said once at the start."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509

from tongbao.infra import pdf
from tongbao.kernel.text import Text

BANK: Final = Text(zh="通宝银行", en="Tongbao Bank")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The seal, the certificates documents are proven by, and the bank as documents name it.

    `origin` is where people reach us: `https://bank.example`, which the code in a QR leads to.
    """

    seal: pdf.Seal
    roots: tuple[x509.Certificate, ...]
    origin: str
    bank: Text = BANK


_configured: Final[list[Configuration]] = []


def configure(configuration: Configuration) -> None:
    """Say what this process works with."""
    _configured[:] = [configuration]


def configuration() -> Configuration:
    """Return what was configured."""
    assert _configured, "the process has been given no seal: statements.configure"
    return _configured[0]
