"""One port for several worker processes, and about as many connections for each.

Workers that listen on the same socket race for what arrives, and the same one wins as long as it is
idle: of 64 connections that stay, one worker once held 62 while the other had nothing to do. Where
the kernel can, each worker has a socket of its own at the same port, and the kernel spreads
connections over them by their addresses.
"""

import socket
import sys
from collections.abc import Callable

from uvicorn import Config

Address = tuple[str, int]


class SharedPort(socket.socket):
    """Holds a port; a process that it is handed to gets a socket of its own there."""

    @classmethod
    def bound(cls, family: int, address: Address) -> "SharedPort":
        """Return a socket at the address, beside others."""
        made = cls(family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(address)
        return made

    def __reduce__(self) -> tuple[Callable[..., "SharedPort"], tuple[int, Address]]:
        """Send the address, not what it is here."""
        return SharedPort.bound, (self.family, self.getsockname()[:2])


def shared_socket(config: Config) -> socket.socket:
    """Return what the workers are to listen on; ends the process if its port is not free."""
    alone = config.bind_socket()  # two platforms at one port would share it without a word
    if sys.platform != "linux":  # elsewhere the kernel does not spread what arrives
        return alone
    family, address = alone.family, alone.getsockname()[:2]
    alone.close()
    return SharedPort.bound(family, address)
