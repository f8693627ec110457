"""Encrypted fields: opened only where they were put, and only with their key."""

from base64 import b64encode
from pathlib import Path
from secrets import token_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra.crypto import FieldKeyUnusable, SealBroken, Sealer

KEY = bytes(range(32))


@given(plain=st.binary(max_size=200), context=st.text(max_size=50))
def test_what_was_sealed_opens_in_its_place(plain: bytes, context: str) -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(plain, context=context)
    assert sealer.open(sealed, context=context) == plain
    assert len(plain) < 4 or plain not in sealed


def test_the_same_value_is_never_sealed_the_same_way_twice() -> None:
    sealer = Sealer(KEY)
    assert len({sealer.seal(b"secret", context="a") for _ in range(100)}) == 100


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"secret", context="identity_totp.secret:1")
    with pytest.raises(SealBroken):
        sealer.open(sealed, context="identity_totp.secret:2")


def test_another_key_does_not_open_it() -> None:
    sealed = Sealer(KEY).seal(b"secret", context="a")
    with pytest.raises(SealBroken):
        Sealer(token_bytes(32)).open(sealed, context="a")


@given(st.data())
def test_one_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealer = Sealer(KEY)
    sealed = bytearray(sealer.seal(b"secret", context="a"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), context="a")


@pytest.mark.parametrize("length", [0, 1, 12, 28])
def test_too_short_to_be_sealed(length: int) -> None:
    with pytest.raises(SealBroken):
        Sealer(KEY).open(b"\x01" * length, context="a")


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "fields.key"
    sealed = Sealer.load_or_make(path).seal(b"secret", context="a")
    assert path.stat().st_mode & 0o777 == 0o600
    assert Sealer.load_or_make(path).open(sealed, context="a") == b"secret"
    path.chmod(0o644)
    with pytest.raises(FieldKeyUnusable):
        Sealer.load(path)


@pytest.mark.parametrize("content", [b"", b"not base64!", b64encode(b"short"), b"\xff" * 44])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fields.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(FieldKeyUnusable):
        Sealer.load(path)
    with pytest.raises(FieldKeyUnusable):
        Sealer.load(tmp_path / "nowhere.key")
