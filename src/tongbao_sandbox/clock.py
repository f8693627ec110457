"""The outside world's clock; nothing else in it reads one."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - a world of its own
