"""`tongbao payments verify-signatures`: what it says of files, honest, altered and hostile."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from tests.support.approval_files import BANK, DEVICE, KEYS, honest, spki
from tongbao.app.approvals import BYTES_MAX, WORDS, verify_signatures
from tongbao.core.approvals.service import Flaw
from tongbao.infra.settings import Settings
from tongbao.infra.signing import KeyUnusable, SigningKey

Verify = Callable[..., int]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Write a file and verify it by the bank's key."""
    file, key = tmp_path / "approval.json", tmp_path / "bank.pem"
    key.write_text(BANK.public.pem)

    def run(
        content: bytes,
        *,
        key: Path | None = key,
        approvers: Path | None = None,
        as_json: bool = True,
    ) -> int:
        file.write_bytes(content)
        settings = Settings(data_dir=tmp_path / "data")
        return verify_signatures(settings, file=file, key=key, approvers=approvers, as_json=as_json)

    return run


def pem(key: bytes) -> bytes:
    return load_der_public_key(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def flaws(output: str) -> list[str]:
    told = json.loads(output)
    assert told["proven"] is (not told["findings"])
    return [each["flaw"] for each in told["findings"]]


def test_every_flaw_has_words() -> None:
    assert WORDS.keys() == set(Flaw)


def test_an_honest_file_is_told_in_words(
    verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.dumps(honest(), ensure_ascii=False).encode()
    assert verify(content, as_json=False) == 0
    said = capsys.readouterr().out
    for word in ("签名有效", "The signatures hold", "CNY 20000.00", "anna", "bing", "executed"):
        assert word in said


def test_an_altered_file_is_told_in_words_of_both_languages(
    verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.dumps(honest()).replace("20000.00", "90000.00").encode()
    assert verify(content, as_json=False) == 1
    said = capsys.readouterr().out
    assert "指令内容与文件所载摘要不符" in said
    assert "signature_invalid: anna" in said
    assert "The signatures hold" not in said


def test_the_readers_own_list_of_keys_decides(
    verify: Verify, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.pem"
    content = json.dumps(honest()).encode()
    known.write_bytes(pem(spki(KEYS["anna"])) + pem(spki(DEVICE.key)))
    assert verify(content, approvers=known) == 0
    assert flaws(capsys.readouterr().out) == []
    known.write_bytes(pem(spki(KEYS["anna"])))
    assert verify(content, approvers=known) == 1
    assert flaws(capsys.readouterr().out) == ["key_unknown"]
    for wrong in (b"", b"no PEM", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        known.write_bytes(wrong)
        with pytest.raises(KeyUnusable):
            verify(content, approvers=known)


def test_another_bank_s_key_proves_nothing(
    verify: Verify, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.pem"
    other.write_text(SigningKey.new().public.pem)
    assert verify(json.dumps(honest()).encode(), key=other) == 1
    assert flaws(capsys.readouterr().out) == ["seal_untrusted"]
    with pytest.raises(KeyUnusable):
        verify(json.dumps(honest()).encode(), key=None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"format": "tongbao.approval-export.1", "format": "x"}',
        b'{"format": NaN}',
        b"[" * 100_000,
        b" " * (BYTES_MAX + 1),
        b'{"document": "\\ud800"}',
        b'{"digest": 1e999}',
    ],
    ids=range(11),
)
def test_hostile_files_are_unreadable(
    verify: Verify, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    assert verify(content) == 1
    assert set(flaws(capsys.readouterr().out)) == {"unreadable"}
