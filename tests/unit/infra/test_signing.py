"""Keys in files, and signatures that the public key alone checks."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tongbao.infra.signing import KeyUnusable, PublicKey, SigningKey, public_keys

RFC_8032_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
RFC_8032_SIGNATURE = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
    "d25bf5f0595bbe24655141438e7a100b"
)


def test_the_first_vector_of_rfc_8032() -> None:
    key = PublicKey.of_bytes(bytes.fromhex(RFC_8032_PUBLIC))
    assert key.verifies(b"", bytes.fromhex(RFC_8032_SIGNATURE))
    assert not key.verifies(b"x", bytes.fromhex(RFC_8032_SIGNATURE))
    assert not key.verifies(b"", b"")


def test_a_key_is_known_by_the_hash_of_its_public_half() -> None:
    key = SigningKey.new()
    assert key.public.id == sha256(key.public.raw).hexdigest()[:16]
    assert SigningKey.new().public.id != key.public.id


def test_a_signature_is_checked_with_the_public_key_alone(tmp_path: Path) -> None:
    key = SigningKey.new()
    signature = key.sign(b"message")
    file = tmp_path / "public.pem"
    file.write_text(key.public.pem)
    (public,) = public_keys([file])
    assert public.id == key.public.id
    assert public.verifies(b"message", signature)
    assert not public.verifies(b"massage", signature)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ledger.pem"
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: SigningKey.load_or_make(path).public.id, range(8)))
    assert made == {SigningKey.load(path).public.id}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["ledger.pem"]


def test_several_public_keys_in_one_file_and_a_private_one(tmp_path: Path) -> None:
    keys = [SigningKey.new() for _ in range(3)]
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_text("of 2025\n" + keys[0].public.pem + keys[1].public.pem)
    private.write_bytes(keys[2].pem)
    assert [key.id for key in public_keys([public, private])] == [key.public.id for key in keys]


def test_a_key_that_is_open_to_everybody_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.pem"
    path.write_bytes(SigningKey.new().pem)
    path.chmod(0o644)
    with pytest.raises(KeyUnusable, match="everybody"):
        SigningKey.load(path)


OTHER_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize("text", [None, "", "nonsense", OTHER_KEY])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ledger.pem"
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)
    with pytest.raises(KeyUnusable):
        SigningKey.load(path)
    with pytest.raises(KeyUnusable):
        public_keys([path])


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.pem"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    with pytest.raises(KeyUnusable, match="Ed25519"):
        SigningKey.load(path)
    with pytest.raises(KeyUnusable, match="Ed25519"):
        public_keys([path])
