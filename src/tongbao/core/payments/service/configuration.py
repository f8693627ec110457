"""How patient this process is with channels; the composition root says so."""

from dataclasses import dataclass, field

from tongbao.core.payments.domain.life import Timing


@dataclass(frozen=True, slots=True)
class Configuration:
    """How long a request may be on its way, and how often channels are asked."""

    timing: Timing = field(default_factory=Timing)


_current = Configuration()


def configure(configuration: Configuration) -> None:
    """Say it for this process."""
    global _current  # noqa: PLW0603 - one per process, set by the composition root
    _current = configuration


def timing() -> Timing:
    """Return what was said."""
    return _current.timing
