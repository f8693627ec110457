"""Second factors: what proves, beside a password, that it is really the user.

A kind of factor is plugged in by `register`; logging in then offers those that a user has set up.
Sessions of the database are `Any` here, for rules know no database.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID


class SecondFactor(Protocol):
    """One kind of second factor."""

    @property
    def name(self) -> str:
        """The word of the API: `otp_sms`, `totp`, `passkey`."""

    async def available(self, tx: Any, user_id: UUID, /) -> bool:  # noqa: ANN401 - a ReadSession
        """Tell whether this user has set it up."""

    async def challenge(
        self,
        tx: Any,  # noqa: ANN401 - a WriteSession
        user_id: UUID,
        at: datetime,
        /,
    ) -> Mapping[str, Any]:
        """Return what the client needs to answer (WebAuthn options); nothing for codes."""

    async def verify(
        self,
        tx: Any,  # noqa: ANN401 - a WriteSession
        user_id: UUID,
        proof: Mapping[str, Any],
        challenge: Mapping[str, Any],
        at: datetime,
        /,
    ) -> bool:
        """Tell whether `proof` answers `challenge`; nothing is accepted twice.

        Failures are the caller's to count, and its transaction is to be committed either way.
        """


_FACTORS: Final[dict[str, SecondFactor]] = {}


def register(factor: SecondFactor) -> None:
    """Plug in a kind of factor, in place of one of the same name."""
    _FACTORS[factor.name] = factor


def second_factors() -> tuple[SecondFactor, ...]:
    """Return the kinds there are, in the order in which they were plugged in."""
    return tuple(_FACTORS.values())


def second_factor(name: str) -> SecondFactor | None:
    """Return the kind of this name, if there is one."""
    return _FACTORS.get(name)
