"""Second factors: what proves, beside a password, that it is really the user.

A kind of factor is plugged in by `register`; logging in then offers those that a user has set up.
Codes sent by SMS and e-mail are what everybody has who gave a contact; they are accepted only from
users who have set up nothing themselves. Sessions of the database are `Any` here, for rules know
no database.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from tongbao.core.identity.domain.codes import Purpose
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

SENT_CODES: Final = frozenset({"otp_sms", "otp_email"})


class SecondFactor(Protocol):
    """One kind of second factor."""

    @property
    def name(self) -> str:
        """The word of the API: `otp_sms`, `totp`, `passkey`."""

    async def available(self, tx: Any, user_id: UUID, /) -> bool:  # noqa: ANN401 - a ReadSession
        """Tell whether this user has set it up, also while it is suspended.

        Who takes a suspended one for none would let a thief in by a weaker factor.
        """

    async def ask(
        self,
        tx: Any,  # noqa: ANN401 - a WriteSession
        user_id: UUID,
        purpose: Purpose,
        at: datetime,
        /,
    ) -> Mapping[str, Any] | None:
        """Do what asking needs (send a code); return what the client needs to answer, if so."""

    async def check(
        self,
        tx: Any,  # noqa: ANN401 - a WriteSession
        user_id: UUID,
        proof: Mapping[str, Any],
        asked: Mapping[str, Any],
        at: datetime,
        /,
    ) -> bool:
        """Tell whether `proof` answers what was `asked`; nothing is accepted twice.

        Failures are the caller's to count, and its transaction is to be committed either way.
        """


class NoFactorSetUp(TongbaoError):
    """Neither a passkey nor an authenticator app is set up."""

    code = "identity.no_factor_set_up"
    kind = Kind.CONFLICT
    title = Text(zh="尚未设置通行密钥或动态口令", en="No passkey or authenticator app is set up")


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


def own(factors: Sequence[str]) -> Sequence[str]:
    """Return the factors that a user has set up themselves."""
    return [each for each in factors if each not in SENT_CODES]


def accepted(factors: Sequence[str]) -> Sequence[str]:
    """Return those of a user's factors that prove anything.

    Whoever has set up a passkey or an authenticator is believed by nothing less: a phone number
    can be taken over by whoever talks its provider into another SIM card.
    """
    return own(factors) or factors
