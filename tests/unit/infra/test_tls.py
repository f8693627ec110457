"""Files for TLS: each fault has its words before a server is started."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError

from tests.support.certificates import (
    TRADITIONAL,
    certificate_pem,
    key_pem,
    new_key,
    pair,
)
from tongbao.infra.settings import Settings
from tongbao.infra.tls import TlsFiles, TlsUnusable

KEY = new_key()
CERTIFICATE = certificate_pem(KEY)
LOCKED = key_pem(KEY, encryption=serialization.BestAvailableEncryption(b"secret"))


def test_a_pair_that_fits(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    assert TlsFiles.checked(certificate, key) == TlsFiles(certificate=certificate, key=key)


@pytest.mark.parametrize(
    ("certificate", "key", "culprit", "words"),
    [
        (CERTIFICATE, key_pem(KEY, TRADITIONAL), "key.pem", "openssl pkcs8 -topk8 -nocrypt"),
        (CERTIFICATE, LOCKED, "key.pem", "encrypted"),
        (CERTIFICATE, key_pem(new_key()), "key.pem", "does not belong"),
        (CERTIFICATE, b"", "key.pem", "PKCS8"),
        (CERTIFICATE, key_pem(KEY)[:60], "key.pem", "cannot be parsed"),
        (b"no certificate", key_pem(KEY), "certificate.pem", "no PEM certificate"),
        (key_pem(KEY), key_pem(KEY), "certificate.pem", "no PEM certificate"),
        (None, key_pem(KEY), "certificate.pem", "missing"),
        (CERTIFICATE, None, "key.pem", "missing"),
    ],
)
def test_each_fault_is_named(
    tmp_path: Path, certificate: bytes | None, key: bytes | None, culprit: str, words: str
) -> None:
    for name, content in (("certificate.pem", certificate), ("key.pem", key)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(TlsUnusable) as caught:
        TlsFiles.checked(tmp_path / "certificate.pem", tmp_path / "key.pem")
    said = caught.value.say("en")
    assert said.startswith("File " + str(tmp_path / culprit))
    assert words in said
    assert str(tmp_path / culprit) in caught.value.say("zh")


def test_certificate_and_key_are_given_together(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="TONGBAO_TLS_KEY_FILE are given together"):
        Settings(tls_certificate_file=tmp_path / "certificate.pem")
    with pytest.raises(ValidationError, match="TONGBAO_TLS_KEY_FILE are given together"):
        Settings(tls_key_file=tmp_path / "key.pem")
