"""What this process signs receipts with; the composition root says it once."""

from dataclasses import dataclass, field
from typing import Final

from tongbao.infra.signing import PublicKey, SigningKey


@dataclass(frozen=True, slots=True)
class Configuration:
    """The key of receipts, and the public keys it had before."""

    receipt_key: SigningKey
    retired: tuple[PublicKey, ...] = field(default=())


_configured: Final[list[Configuration]] = []


def configure(configuration: Configuration) -> None:
    """Say what this process works with."""
    _configured[:] = [configuration]


def configuration() -> Configuration:
    """Return what was configured."""
    assert _configured, "the process has been given no keys: agreements.configure"
    return _configured[0]
