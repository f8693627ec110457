"""Key-encryption keys (KEK): they wrap the record keys and nothing else.

A KEK is derived from 32 secret bytes that an operator keeps, and known by an id derived from the
same. Its check value lies in the database and tells a right key from a wrong one.
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Final, Protocol
from uuid import UUID

from tongbao.infra.crypto import ciphers
from tongbao.infra.crypto.ciphers import KEY_BYTES, OLD_VERSION, VERSIONS, Aead
from tongbao.infra.crypto.errors import FieldKeyLost, FieldKeyUnusable, SealBroken
from tongbao.infra.key_files import is_open_to_everybody, make_once

KEKS_MAX: Final = 16
KEY_TEXT_MAX: Final = 4_000
_PURPOSE: Final = b"tongbao kek/"


class Kek:
    """One key-encryption key, made from its 32 secret bytes."""

    def __init__(self, secret: bytes, wrapped: bytes | None = None) -> None:
        assert len(secret) == KEY_BYTES, "a key-encryption key comes from 32 bytes"
        self.wrapped: Final = wrapped
        self._secret = secret
        self._wrapping = self._derive(b"wrap")
        self.id: Final = self._derive(b"id").hex()[:16]
        self.check: Final = self._derive(b"check")

    def _derive(self, purpose: bytes) -> bytes:
        return hmac.digest(self._secret, _PURPOSE + purpose, sha256)

    def wrap(self, key: bytes, *, version: int, owner: UUID, generation: int) -> bytes:
        """Return a record key encrypted, bound to its owner and generation."""
        cipher = ciphers.aead(version, self._wrapping)
        return ciphers.seal(cipher, version.to_bytes(), key, _place(owner, generation))

    def unwrap(self, wrapped: bytes, *, owner: UUID, generation: int) -> bytes:
        """Return the record key. Raises `SealBroken`."""
        if not wrapped or wrapped[0] not in VERSIONS:
            raise SealBroken
        cipher = ciphers.aead(wrapped[0], self._wrapping)
        key = ciphers.unseal(cipher, 1, wrapped, _place(owner, generation))
        if key is None:
            raise SealBroken
        return key

    def old_cipher(self) -> Aead:
        """Return what sealed fields before there were record keys."""
        return ciphers.aead(ciphers.CipherName.AES_256_GCM.version, self._secret)


def _place(owner: UUID, generation: int) -> bytes:
    return b"record key" + owner.bytes + generation.to_bytes(4)


@dataclass(frozen=True, slots=True)
class Secret:
    """What a KEK is made from; `wrapped` is what the database keeps for the source to open."""

    secret: bytes = field(repr=False)
    wrapped: bytes | None = None


class Ring:
    """The KEKs a process was given, oldest first."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        assert 0 < len(secrets) <= KEKS_MAX, "one key or a few"
        keks = [Kek(each.secret, each.wrapped) for each in secrets]
        self._keks = {kek.id: kek for kek in keks}
        self._old = [kek.old_cipher() for kek in self._keks.values()]

    def __iter__(self) -> Iterator[Kek]:
        return iter(self._keks.values())

    @property
    def newest(self) -> Kek:
        """The one that was added last."""
        return list(self._keks.values())[-1]

    @property
    def ids(self) -> list[str]:
        """The ids, oldest first."""
        return list(self._keks)

    def find(self, kek_id: str) -> Kek:
        """Return the KEK of an id. Raises `FieldKeyLost`."""
        found = self._keks.get(kek_id)
        if found is None:
            raise FieldKeyLost(needed=kek_id, given=", ".join(self.ids))
        return found

    def unseal_old(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed before there were record keys. Raises `SealBroken`."""
        for cipher in self._old:
            plain = ciphers.unseal(cipher, 1, sealed, context.encode())
            if plain is not None:
                return plain
        raise SealBroken


class Source(Protocol):
    """Where the secrets of KEKs come from."""

    async def secrets(self, stored: Sequence[bytes], /) -> Sequence[Secret]:
        """Return them, oldest first; `stored` is what the database keeps for the source."""
        ...


class Given:
    """Secrets that are known when the process starts: of a file, of the environment."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = [Secret(each) for each in secrets]

    def __len__(self) -> int:
        return len(self._secrets)

    async def secrets(self, _stored: Sequence[bytes], /) -> Sequence[Secret]:
        """Return them."""
        return self._secrets

    @classmethod
    def of_text(cls, text: str, *, path: str) -> "Given":
        """Read keys of 32 bytes in base64, one a line or parted by commas, the newest last.

        Empty lines and lines that begin with `#` are passed over. Raises `FieldKeyUnusable`.
        """
        lines = [line.strip() for line in text.replace(",", "\n").splitlines()]
        try:
            secrets = [
                b64decode(line, validate=True)
                for line in lines
                if line and not line.startswith("#")
            ]
        except (binascii.Error, ValueError):
            raise FieldKeyUnusable(path=path, why="not base64") from None
        if not secrets or any(len(each) != KEY_BYTES for each in secrets):
            raise FieldKeyUnusable(path=path, why="not 32 bytes in base64 a line")
        if len(set(secrets)) != len(secrets) or len(secrets) > KEKS_MAX:
            raise FieldKeyUnusable(path=path, why=f"a key twice, or more than {KEKS_MAX}")
        return cls(secrets)

    @classmethod
    def of_file(cls, path: Path) -> "Given":
        """Read the keys of a file. Raises `FieldKeyUnusable`."""
        try:
            if is_open_to_everybody(path):
                raise FieldKeyUnusable(path=str(path), why="open to everybody; chmod 600")
            with path.open("r", encoding="ascii") as file:
                text = file.read(KEY_TEXT_MAX)
        except (OSError, ValueError) as error:
            raise FieldKeyUnusable(path=str(path), why=type(error).__name__) from error
        return cls.of_text(text, path=str(path))

    @classmethod
    def of_file_or_new(cls, path: Path) -> "Given":
        """Read the keys of a file, which is made once if it is not there; for development."""
        make_once(path, new_secret_text().encode() + b"\n")
        return cls.of_file(path)


def new_secret_text() -> str:
    """Return a new KEK as a line of a key file."""
    return b64encode(token_bytes(KEY_BYTES)).decode()


def add_to_file(path: Path) -> str:
    """Append a new KEK to a key file, whole or not at all; return its id.

    Raises `FieldKeyUnusable` if the file is none of ours.
    """
    Given.of_file(path)
    secret = new_secret_text()
    mode = path.stat().st_mode
    text = path.read_text("ascii").rstrip("\n") + f"\n{secret}\n"
    Given.of_text(text, path=str(path))
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    make_once(draft, text.encode())
    draft.chmod(mode)
    draft.replace(path)
    return Kek(b64decode(secret)).id


assert OLD_VERSION not in VERSIONS
