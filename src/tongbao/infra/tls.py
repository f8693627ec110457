"""The certificate and key with which the API's own server speaks TLS 1.3."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

FILE_BYTES_MAX: Final = 256_000  # a chain of certificates has a few kilobytes
_PKCS8: Final = b"-----BEGIN PRIVATE KEY-----"
_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_FORM: Final = serialization.PublicFormat.SubjectPublicKeyInfo

_WHY: Final = {
    "unreadable": Text(zh="文件不存在或无法读取", en="it is missing or cannot be read"),
    "no_certificate": Text(zh="不是 PEM 证书", en="it holds no PEM certificate"),
    "encrypted": Text(
        zh="私钥已加密，请先解密：openssl pkcs8 -in 旧文件 -out 新文件",
        en="the key is encrypted; decrypt it: openssl pkcs8 -in OLD -out NEW",
    ),
    "not_pkcs8": Text(
        zh="私钥须为 PKCS8 格式：openssl pkcs8 -topk8 -nocrypt -in 旧文件 -out 新文件",
        en="the key must be PKCS8: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW",
    ),
    "no_key": Text(zh="私钥无法解析", en="the key cannot be parsed"),
    "other_key": Text(zh="私钥与证书不是一对", en="the key does not belong to the certificate"),
}


class TlsUnusable(TongbaoError):
    """A file for TLS is missing or holds something the server cannot use."""

    code = "tls.unusable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="TLS 证书或私钥不可用", en="The TLS certificate or key cannot be used")
    detail = Text(zh="文件 {path}：{why}", en="File {path}: {why}")

    def __init__(self, *, path: Path, why: str) -> None:
        super().__init__(path=str(path), why=_WHY[why])


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate chain and its private key, both PEM, known to fit each other."""

    certificate: Path
    key: Path

    @classmethod
    def checked(cls, certificate: Path, key: Path) -> Self:
        """Return the pair. Raises `TlsUnusable`.

        The server itself says no more than that it cannot start; here each fault has its words.
        """
        chain = _read(certificate)
        secret = _read(key)
        try:
            (first, *_) = x509.load_pem_x509_certificates(chain)
        except ValueError as error:
            raise TlsUnusable(path=certificate, why="no_certificate") from error
        if _ENCRYPTED in secret:
            raise TlsUnusable(path=key, why="encrypted")
        if _PKCS8 not in secret:
            raise TlsUnusable(path=key, why="not_pkcs8")
        try:
            private = serialization.load_pem_private_key(secret, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise TlsUnusable(path=key, why="no_key") from error
        pem = serialization.Encoding.PEM
        ours = private.public_key().public_bytes(pem, _FORM)
        if ours != first.public_key().public_bytes(pem, _FORM):
            raise TlsUnusable(path=key, why="other_key")
        return cls(certificate=certificate, key=key)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX)
    except OSError as error:
        raise TlsUnusable(path=path, why="unreadable") from error
