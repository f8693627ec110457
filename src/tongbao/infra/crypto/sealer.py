"""Fields encrypted at rest: AES-256-GCM (NIST SP 800-38D) under one key.

A sealed value is a version byte, a random nonce of 12 bytes, and ciphertext with its tag. `context`
says where the value lives (table, column, row) and is authenticated with it, so that a value moved
to another row does not open::

    sealed = sealer.seal(secret, context=f"identity_totp.secret:{user_id}")
"""

import binascii
from base64 import b64decode, b64encode
from pathlib import Path
from secrets import token_bytes
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongbao.infra.crypto.errors import FieldKeyUnusable, SealBroken
from tongbao.infra.key_files import is_open_to_everybody, make_once

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
VERSION: Final = b"\x01"
KEY_FILE_BYTES_MAX: Final = 1_000


class Sealer:
    """Encrypts fields and opens them again."""

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES, "AES-256 has keys of 32 bytes"
        self._cipher = AESGCM(key)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key from a file: 32 bytes in base64. Raises `FieldKeyUnusable`."""
        try:
            with path.open("rb") as file:
                key = b64decode(file.read(KEY_FILE_BYTES_MAX).strip(), validate=True)
            if is_open_to_everybody(path):
                raise FieldKeyUnusable(path=str(path), why="open to everybody; chmod 600")
        except (OSError, binascii.Error) as error:
            raise FieldKeyUnusable(path=str(path), why=type(error).__name__) from error
        if len(key) != KEY_BYTES:
            raise FieldKeyUnusable(path=str(path), why="not 32 bytes in base64")
        return cls(key)

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """Read the key of `path`, which is made once if it is not there; for development."""
        make_once(path, b64encode(token_bytes(KEY_BYTES)) + b"\n")
        return cls.load(path)

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Return `plain` encrypted; opened only with the same `context`."""
        nonce = token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, plain, VERSION + context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed. Raises `SealBroken`."""
        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES or not sealed.startswith(VERSION):
            raise SealBroken
        nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, text, VERSION + context.encode())
        except InvalidTag as error:
            raise SealBroken from error
