"""What second factors need of the installation: who we are to authenticators, providers.

The composition root says it once at the start of a process, before the first request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tongbao.core.identity.domain.passkeys import RelyingParty
from tongbao.core.identity.domain.recoveries import WAIT_DEFAULT
from tongbao.core.identity.gateways.oidc import OidcGateway


@dataclass(frozen=True, slots=True)
class Configuration:
    """The installation's own."""

    relying_party: RelyingParty
    providers: Mapping[str, OidcGateway] = field(default_factory=dict)
    recovery_wait: timedelta = WAIT_DEFAULT


class _Holder:
    configuration: Configuration | None = None


def configure(configuration: Configuration) -> None:
    """Use this from now on."""
    _Holder.configuration = configuration


def configured() -> Configuration:
    """Return what the installation said."""
    assert _Holder.configuration is not None, "identity.configure() comes first"
    return _Holder.configuration
