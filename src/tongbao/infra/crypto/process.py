"""What this process was given: keys, the cipher of new values, the keys of blind indexes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tongbao.infra.crypto.ciphers import CipherName, can_use
from tongbao.infra.crypto.errors import FieldKeyUnusable
from tongbao.infra.crypto.keks import Ring, Source


@dataclass(frozen=True, slots=True)
class Root:
    """One generation of what the keys of blind indexes come from."""

    generation: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Installed:
    """Keys that were checked against the database; of `blind` the first is for storing."""

    ring: Ring
    cipher: CipherName
    blind: Sequence[Root] = ()


_sources: Final[list[tuple[Source, CipherName]]] = []
_installed: Final[list[Installed]] = []


def use(source: Source, *, cipher: CipherName = CipherName.AES_256_GCM) -> None:
    """Say where this process's keys come from; `start` fetches them. Raises `FieldKeyUnusable`."""
    if not can_use(cipher):
        raise FieldKeyUnusable(path=cipher.value, why="the cryptography library has no such cipher")
    _sources[:] = [(source, cipher)]


def used() -> tuple[Source, CipherName]:
    """Return what `use` was told."""
    assert _sources, "the composition root says where the keys are: crypto.use"
    return _sources[0]


def install(made: Installed) -> None:
    """Use these from now on."""
    _installed[:] = [made]


def installed() -> Installed:
    """Return what `start` has checked."""
    assert _installed, "the keys are checked before anything is sealed: crypto.start"
    return _installed[0]
