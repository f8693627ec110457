"""Signatures that anyone can check: Ed25519 (RFC 8032) keys in PEM files.

A private key stays in its file and in the process that signs. Its public key is all it takes to
check a signature; it is known by the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongbao.infra.key_files import is_open_to_everybody, make_once
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

SIGNATURE_BYTES: Final = 64
KEY_FILE_BYTES_MAX: Final = 64_000

_END: Final = b"-----END "


class KeyUnusable(TongbaoError):
    """A key file is missing, is open to everybody, or holds something else."""

    code = "signing.key_unusable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="签名密钥不可用", en="The signing key cannot be used")
    detail = Text(zh="密钥文件 {path}：{why}", en="Key file {path}: {why}")


class PublicKey:
    """What checks the signatures of one private key."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.id: Final = sha256(self.raw).hexdigest()[:16]

    @classmethod
    def of_bytes(cls, raw: bytes) -> Self:
        """Return the key of 32 bytes."""
        return cls(Ed25519PublicKey.from_public_bytes(raw))

    @property
    def raw(self) -> bytes:
        """The key's 32 bytes."""
        return self._key.public_bytes_raw()

    @property
    def pem(self) -> str:
        """The key as text, for a file."""
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` was made over `message` with the private key."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """A private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public: Final = PublicKey(key.public_key())

    @classmethod
    def new(cls) -> Self:
        """Make a key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the private key of a PEM file (PKCS #8, not encrypted).

        Raises `KeyUnusable`, also when everybody may read the file.
        """
        try:
            text = _read(path)
            if is_open_to_everybody(path):
                raise KeyUnusable(path=str(path), why="open to everybody; chmod 600")
            key = serialization.load_pem_private_key(text, password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusable(path=str(path), why=type(error).__name__) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnusable(path=str(path), why="no Ed25519 key")
        return cls(key)

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """Read the key of `path`, which is made once if it is not there; for development.

        Of several processes that find none at the same time, one makes it and all read that.
        """
        if not path.exists():
            make_once(path, cls.new().pem)
        return cls.load(path)

    @property
    def pem(self) -> bytes:
        """The key as text, for a file; a secret."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self._key.sign(message)


def public_keys(paths: Iterable[Path]) -> list[PublicKey]:
    """Return the public keys of PEM files; each may hold several, or the private key itself.

    Raises `KeyUnusable`.
    """
    found = []
    for path in paths:
        try:
            for block in _blocks(_read(path)):
                key: object
                if b"PRIVATE KEY" in block:
                    key = serialization.load_pem_private_key(block, password=None).public_key()
                else:
                    key = serialization.load_pem_public_key(block)
                if not isinstance(key, Ed25519PublicKey):
                    raise KeyUnusable(path=str(path), why="no Ed25519 key")
                found.append(PublicKey(key))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusable(path=str(path), why=type(error).__name__) from error
    return found


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(KEY_FILE_BYTES_MAX)


def _blocks(text: bytes) -> list[bytes]:
    """Split a file of several PEM texts; one that has none is refused where it is read."""
    lines: list[bytes] = []
    blocks = []
    for line in text.splitlines(keepends=True):
        lines.append(line)
        if line.startswith(_END):
            blocks.append(b"".join(lines))
            lines = []
    return blocks or [text]
