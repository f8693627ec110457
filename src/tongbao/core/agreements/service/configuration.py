"""What this process signs and seals with; the composition root says it once."""

from dataclasses import dataclass, field
from typing import Final

from cryptography import x509

from tongbao.infra import pdf
from tongbao.infra.signing import PublicKey, SigningKey


@dataclass(frozen=True, slots=True)
class Configuration:
    """The key of receipts and the seal of agreements, and what checks those they replaced."""

    receipt_key: SigningKey
    seal: pdf.Seal
    retired: tuple[PublicKey, ...] = field(default=())
    retired_roots: tuple[x509.Certificate, ...] = field(default=())

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The certificates that documents are proven by."""
        return (self.seal.root, *self.retired_roots)


_configured: Final[list[Configuration]] = []


def configure(configuration: Configuration) -> None:
    """Say what this process works with."""
    _configured[:] = [configuration]


def configuration() -> Configuration:
    """Return what was configured."""
    assert _configured, "the process has been given no keys: agreements.configure"
    return _configured[0]
