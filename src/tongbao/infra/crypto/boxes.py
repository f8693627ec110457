"""What seals and opens the fields of one owner.

A sealed value is a head of nine bytes (version, id of the record key), a random nonce of 12 bytes,
and ciphertext with its tag. Head, field and row are authenticated with it: a value that is moved to
another field, row or owner does not open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tongbao.infra.crypto import ciphers
from tongbao.infra.crypto.ciphers import OLD_VERSION, Aead, CipherName
from tongbao.infra.crypto.errors import Erased, SealBroken
from tongbao.infra.crypto.keks import Ring

KEY_ID_BYTES: Final = 8
HEAD_BYTES: Final = 1 + KEY_ID_BYTES

Row = UUID | bytes | int | str
"""What names a row: its primary key."""


@dataclass(slots=True)
class RecordKey:
    """One generation of an owner's record key, unwrapped."""

    id: int
    generation: int
    key: bytes = field(repr=False)
    _ciphers: dict[int, Aead] = field(default_factory=dict, repr=False)

    def cipher(self, version: int) -> Aead:
        """Return the cipher of a version byte under this key."""
        found = self._ciphers.get(version)
        if found is None:
            found = self._ciphers[version] = ciphers.aead(version, self.key)
        return found


class Box:
    """Seals and opens the fields of one owner; for the transaction it was got on, and no longer.

    Without any key it opens nothing: nothing has been sealed for the owner yet.
    """

    def __init__(
        self,
        owner: UUID,
        keys: Sequence[RecordKey],
        *,
        cipher: CipherName,
        ring: Ring,
        erased: bool,
    ) -> None:
        """Take the keys by generation, the newest last."""
        self.owner: Final = owner
        self.erased: Final = erased
        self.keys: Final = tuple(keys)
        self._keys = {key.id.to_bytes(KEY_ID_BYTES): key for key in keys}
        self._ring = ring
        if keys:
            version = cipher.version
            self._head = version.to_bytes() + keys[-1].id.to_bytes(KEY_ID_BYTES)
            self._cipher = keys[-1].cipher(version)

    def seal(self, plain: str | bytes, *, field: str, row: Row) -> bytes:
        """Return `plain` encrypted, to be opened for the same field and row. Raises `Erased`."""
        if not self._keys:
            assert self.erased, "the box was got on a transaction that cannot make its key"
            raise Erased
        text = plain.encode() if isinstance(plain, str) else plain
        return ciphers.seal(self._cipher, self._head, text, _place(field, row))

    def open(self, sealed: bytes, *, field: str, row: Row) -> str:
        """Return the text that was sealed. Raises `Erased` and `SealBroken`."""
        return self.open_bytes(sealed, field=field, row=row).decode()

    def open_bytes(self, sealed: bytes, *, field: str, row: Row) -> bytes:
        """Return the bytes that were sealed. Raises `Erased` and `SealBroken`."""
        if self.erased:
            raise Erased
        if sealed[:1] == OLD_VERSION.to_bytes():
            return self._ring.unseal_old(sealed, context=_old_context(field, row))
        key = self._keys.get(sealed[1:HEAD_BYTES])
        if key is None or sealed[0] not in ciphers.VERSIONS:
            raise SealBroken
        cipher = key.cipher(sealed[0])
        plain = ciphers.unseal(cipher, HEAD_BYTES, sealed, _place(field, row))
        if plain is None:
            raise SealBroken
        return plain

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether a value lies under the newest key and the cipher of the settings."""
        return sealed.startswith(self._head)


def _place(field: str, row: Row) -> bytes:
    name = field.encode()
    return len(name).to_bytes(2) + name + _row_bytes(row)


def _row_bytes(row: Row) -> bytes:
    match row:
        case UUID():
            return row.bytes
        case bytes():
            return row
        case _:
            return str(row).encode()


def _old_context(field: str, row: Row) -> str:
    return f"{field}:{row.hex() if isinstance(row, bytes) else row}"
