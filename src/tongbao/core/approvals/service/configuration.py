"""What this process seals exports with; the composition root says it once."""

from dataclasses import dataclass
from typing import Final

from tongbao.infra.signing import SigningKey


@dataclass(frozen=True, slots=True)
class Configuration:
    """The key that seals exported files."""

    seal_key: SigningKey


_configured: Final[list[Configuration]] = []


def configure(configuration: Configuration) -> None:
    """Say what this process works with."""
    _configured[:] = [configuration]


def configuration() -> Configuration:
    """Return what was configured."""
    assert _configured, "the process has been given no key: approvals.configure"
    return _configured[0]
