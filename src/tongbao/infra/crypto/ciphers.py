"""Authenticated encryption by version byte: AES-256-GCM (NIST SP 800-38D), SM4-GCM (GB/T 32907).

The version byte stands first in whatever is sealed, so that both kinds live side by side. SM4 has
keys of 16 bytes; ours of 32 are shortened by HMAC for it.
"""

import hmac
from enum import StrEnum
from functools import cache
from hashlib import sha256
from secrets import token_bytes
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
OLD_VERSION: Final = 1  # one key for everything, before record keys
_SM4_PURPOSE: Final = b"tongbao sm4"


class CipherName(StrEnum):
    """The ciphers that new values can be sealed with."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"

    @property
    def version(self) -> int:
        """Return the first byte of what it seals."""
        return {"aes-256-gcm": 2, "sm4-gcm": 3}[self.value]


class Aead(Protocol):
    """Authenticated encryption with associated data; `decrypt` raises `InvalidTag`."""

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        """Return ciphertext and tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        """Return the plain text."""
        ...


class Sm4Gcm:
    """SM4 in Galois/Counter mode (RFC 8998), in the shape of the library's AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = SM4(hmac.digest(key, _SM4_PURPOSE, sha256)[:16])

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        """Return ciphertext and tag."""
        under_way = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        under_way.authenticate_additional_data(associated)
        return under_way.update(data) + under_way.finalize() + under_way.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        """Return the plain text. Raises `InvalidTag`."""
        text, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        under_way = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        under_way.authenticate_additional_data(associated)
        return under_way.update(text) + under_way.finalize()


def aead(version: int, key: bytes) -> Aead:
    """Return the cipher of a version byte under a key of 32 bytes."""
    assert len(key) == KEY_BYTES, "keys have 32 bytes"
    return AESGCM(key) if version == CipherName.AES_256_GCM.version else Sm4Gcm(key)


VERSIONS: Final = frozenset(name.version for name in CipherName)


@cache
def can_use(name: CipherName) -> bool:
    """Tell whether the installed library has a cipher."""
    try:
        aead(name.version, bytes(KEY_BYTES)).encrypt(bytes(NONCE_BYTES), b"", b"")
    except UnsupportedAlgorithm:
        return False
    return True


def seal(cipher: Aead, head: bytes, plain: bytes, associated: bytes) -> bytes:
    """Return `head`, a random nonce, ciphertext and tag; the head is authenticated too."""
    nonce = token_bytes(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + associated)


def unseal(cipher: Aead, head_bytes: int, sealed: bytes, associated: bytes) -> bytes | None:
    """Return what was sealed; None if it is not what the cipher sealed there."""
    start = head_bytes + NONCE_BYTES
    if len(sealed) < start + TAG_BYTES:
        return None
    head, nonce = sealed[:head_bytes], sealed[head_bytes:start]
    try:
        return cipher.decrypt(nonce, sealed[start:], head + associated)
    except InvalidTag:
        return None
