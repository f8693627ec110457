"""How channels and their merchant sign: HMAC (card network), RSA (wallets), Ed25519 (bank)."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

_RSA_BITS: Final = 2048
_EXPONENT: Final = 65537
PublicKey = RSAPublicKey | Ed25519PublicKey


@cache
def rsa_key() -> RSAPrivateKey:
    """Return the wallets' key of this process."""
    return generate_private_key(_EXPONENT, _RSA_BITS)


@cache
def ed25519_key() -> Ed25519PrivateKey:
    """Return the bank's key of this process."""
    return Ed25519PrivateKey.generate()


def pem(key: PublicKey) -> str:
    """Return a public key as PEM."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def public_key(text: str) -> PublicKey:
    """Read a public key from PEM. Raises ValueError for another text or kind of key."""
    key = serialization.load_pem_public_key(text.encode())
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        msg = "an RSA or Ed25519 key is expected"
        raise ValueError(msg)  # noqa: TRY004 - the text is wrong, not a type
    return key


def sign(key: RSAPrivateKey | Ed25519PrivateKey, content: bytes) -> str:
    """Return a signature in base64; of RSA keys PKCS #1 v1.5 with SHA-256."""
    if isinstance(key, RSAPrivateKey):
        return b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()
    return b64encode(key.sign(content)).decode()


def is_signed(key: PublicKey | None, content: bytes, signature: str) -> bool:
    """Tell whether the holder of a key signed this."""
    try:
        raw = b64decode(signature, validate=True)
        match key:
            case RSAPublicKey():
                key.verify(raw, content, padding.PKCS1v15(), hashes.SHA256())
            case Ed25519PublicKey():
                key.verify(raw, content)
            case None:
                return False
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return True


def form_text(fields: Mapping[str, str], *, without: str) -> bytes:
    """Return what of a form is signed: `name=value` by name, joined by &, empty ones left out."""
    return "&".join(
        f"{name}={value}" for name, value in sorted(fields.items()) if name != without and value
    ).encode()


def form_mac(secret: str, fields: Mapping[str, str], *, without: str) -> str:
    """Return the HMAC-SHA256 of a form in hexadecimal digits."""
    return hmac.new(secret.encode(), form_text(fields, without=without), sha256).hexdigest()


def form(body: bytes) -> dict[str, str]:
    """Read a form; what is none, or says one thing twice, has no fields at all."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=50
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}
