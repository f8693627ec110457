"""How channels and we sign to each other: HMAC-SHA256, RSA-SHA256, Ed25519."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

FIELDS_MAX: Final = 50
RSA_BITS_MIN: Final = 2048


class RsaKeys:
    """Ours to sign with, the channel's to check with: PKCS #1 v1.5, SHA-256."""

    def __init__(self, *, key: bytes, channel_key: bytes) -> None:
        ours = serialization.load_pem_private_key(key, None)
        theirs = serialization.load_pem_public_key(channel_key)
        if not isinstance(ours, RSAPrivateKey) or not isinstance(theirs, RSAPublicKey):
            msg = "RSA keys are expected"
            raise ValueError(msg)  # noqa: TRY004 - the file is wrong, not a type
        if min(ours.key_size, theirs.key_size) < RSA_BITS_MIN:
            msg = f"an RSA key has at least {RSA_BITS_MIN} bits"
            raise ValueError(msg)
        self._ours, self._theirs = ours, theirs

    def sign(self, content: bytes) -> str:
        """Return our signature, in base64."""
        return b64encode(self._ours.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()

    def is_signed(self, content: bytes, signature: str) -> bool:
        """Tell whether the channel signed this."""
        try:
            raw = b64decode(signature, validate=True)
            self._theirs.verify(raw, content, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, NotBase64, ValueError):
            return False
        return True


class Ed25519Keys:
    """Ours to sign with, the channel's to check with."""

    def __init__(self, *, key: bytes, channel_key: bytes) -> None:
        ours = serialization.load_pem_private_key(key, None)
        theirs = serialization.load_pem_public_key(channel_key)
        if not isinstance(ours, Ed25519PrivateKey) or not isinstance(theirs, Ed25519PublicKey):
            msg = "Ed25519 keys are expected"
            raise ValueError(msg)  # noqa: TRY004 - the file is wrong, not a type
        self._ours, self._theirs = ours, theirs

    def sign(self, content: bytes) -> str:
        """Return our signature, in base64."""
        return b64encode(self._ours.sign(content)).decode()

    def is_signed(self, content: bytes, signature: str) -> bool:
        """Tell whether the channel signed this."""
        try:
            self._theirs.verify(b64decode(signature, validate=True), content)
        except (InvalidSignature, NotBase64, ValueError):
            return False
        return True


class Secret:
    """What both sides know."""

    def __init__(self, secret: str) -> None:
        if not secret:
            msg = "a secret is expected"
            raise ValueError(msg)
        self._secret = secret.encode()

    @property
    def key(self) -> bytes:
        """Return 32 bytes to encrypt with."""
        return sha256(self._secret).digest()

    def mac(self, content: bytes) -> str:
        """Return the HMAC-SHA256 in hexadecimal digits."""
        return hmac.new(self._secret, content, sha256).hexdigest()

    def is_mac(self, content: bytes, mac: str) -> bool:
        """Tell, in a time that does not depend on it, whether the other side made this."""
        return hmac.compare_digest(self.mac(content).encode(), mac.encode())


def form_text(fields: Mapping[str, str]) -> bytes:
    """Return what of a form is signed: `name=value` by name, joined by &, empty ones left out."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value).encode()


def form(body: bytes) -> dict[str, str]:
    """Read a form; what is none, or says one thing twice, has no fields at all."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}
