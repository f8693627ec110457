"""The plug-ins there are: four of our own, and those that installed packages bring."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from tongbao.core.channels.gateways.bank import BankGateway
from tongbao.core.channels.gateways.card import CardGateway
from tongbao.core.channels.gateways.plugin import Gateway
from tongbao.core.channels.gateways.wallet_a import WalletAGateway
from tongbao.core.channels.gateways.wallet_b import WalletBGateway

GROUP: Final = "tongbao.channels"
OWN: Final[Mapping[str, type[Gateway]]] = {
    "card": CardGateway,
    "wallet-a": WalletAGateway,
    "wallet-b": WalletBGateway,
    "bank": BankGateway,
}


def plugins() -> dict[str, type[Gateway]]:
    """Return every plug-in by name. Two of one name are refused with ValueError."""
    found = dict(OWN)
    for entry in entry_points(group=GROUP):
        if entry.name in found:
            msg = f"two plug-ins of payment channels have the name {entry.name!r}"
            raise ValueError(msg)
        found[entry.name] = entry.load()
    return found
