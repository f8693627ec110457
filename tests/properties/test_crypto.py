"""Sealed fields: what comes out is what went in, there and nowhere else, or nothing does."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongbao.infra.crypto import CipherName, Erased, Row, SealBroken
from tongbao.infra.crypto.boxes import HEAD_BYTES, Box, RecordKey
from tongbao.infra.crypto.ciphers import NONCE_BYTES, TAG_BYTES, can_use
from tongbao.infra.crypto.keks import Kek, Ring, Secret

OWNER, OTHER = UUID(int=10), UUID(int=11)
RING = Ring([Secret(b"k" * 32)])
KEY, NEWER, FOREIGN = (RecordKey(n, n, bytes([n]) * 32) for n in (1, 2, 3))
CIPHERS = [name for name in CipherName if can_use(name)]
MISSING = [name for name in CipherName if not can_use(name)]

rows = st.uuids() | st.binary(max_size=40) | st.integers(0, 2**63 - 1)
fields = st.text(min_size=1, max_size=60)
ciphers = st.sampled_from(CIPHERS)


def box_of(
    *keys: RecordKey, owner: UUID = OWNER, cipher: CipherName = CipherName.AES_256_GCM
) -> Box:
    return Box(owner, keys, cipher=cipher, ring=RING, erased=False)


@given(st.text(), fields, rows, ciphers)
def test_any_text_comes_back(text: str, field: str, row: Row, cipher: CipherName) -> None:
    box = box_of(KEY, cipher=cipher)
    assert box.open(box.seal(text, field=field, row=row), field=field, row=row) == text


@given(st.binary(max_size=5_000), rows, ciphers)
def test_any_bytes_come_back(plain: bytes, row: Row, cipher: CipherName) -> None:
    box = box_of(KEY, cipher=cipher)
    sealed = box.seal(plain, field="f", row=row)
    assert box.open_bytes(sealed, field="f", row=row) == plain
    assert len(sealed) == HEAD_BYTES + NONCE_BYTES + len(plain) + TAG_BYTES


@given(st.binary(max_size=40), rows, ciphers, st.data())
def test_any_flipped_bit_is_refused(
    plain: bytes, row: Row, cipher: CipherName, data: st.DataObject
) -> None:
    box = box_of(KEY, NEWER, cipher=cipher)
    sealed = bytearray(box.seal(plain, field="f", row=row))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        box.open(bytes(sealed), field="f", row=row)


@given(st.binary(max_size=60), rows)
def test_what_was_never_sealed_is_refused(sealed: bytes, row: Row) -> None:
    with pytest.raises(SealBroken):
        box_of(KEY).open(sealed, field="f", row=row)


@given(st.text(), st.tuples(fields, rows), st.tuples(fields, rows), ciphers)
def test_it_opens_in_its_place_only(
    text: str, here: tuple[str, Row], there: tuple[str, Row], cipher: CipherName
) -> None:
    assume(_named(*here) != _named(*there))
    box = box_of(KEY, cipher=cipher)
    sealed = box.seal(text, field=here[0], row=here[1])
    with pytest.raises(SealBroken):
        box.open(sealed, field=there[0], row=there[1])


def _named(field: str, row: Row) -> tuple[str, bytes]:
    """A field has rows of one kind; across kinds, what has the same bytes is the same row."""
    match row:
        case UUID():
            return field, row.bytes
        case bytes():
            return field, row
        case _:
            return field, str(row).encode()


@given(st.text(), rows)
def test_another_owner_cannot_open_it(text: str, row: Row) -> None:
    sealed = box_of(KEY).seal(text, field="f", row=row)
    foreign = RecordKey(KEY.id, 1, FOREIGN.key)  # even one whose key has the same number
    for other in (box_of(FOREIGN, owner=OTHER), box_of(foreign, owner=OTHER), box_of()):
        with pytest.raises(SealBroken):
            other.open(sealed, field="f", row=row)


@given(st.text(), rows)
def test_equal_values_never_look_equal(text: str, row: Row) -> None:
    box = box_of(KEY)
    assert len({box.seal(text, field="f", row=row) for _ in range(5)}) == 5


@pytest.mark.parametrize(("before", "after"), list(product(CIPHERS, CIPHERS)))
def test_older_generations_and_other_ciphers_open_still(
    before: CipherName, after: CipherName
) -> None:
    old, new = box_of(KEY, cipher=before), box_of(KEY, NEWER, cipher=after)
    sealed = old.seal("secret", field="f", row=1)
    assert new.open(sealed, field="f", row=1) == "secret"
    assert old.is_newest(sealed)
    assert not new.is_newest(sealed)
    assert new.is_newest(new.seal("secret", field="f", row=1))


def test_the_ciphers_of_this_library() -> None:
    assert CipherName.AES_256_GCM in CIPHERS
    if MISSING:
        pytest.skip(f"the cryptography library here has no {MISSING}")
    assert box_of(KEY, cipher=CipherName.SM4_GCM).seal("x", field="f", row=1)[0] == 3


def test_an_erased_box_opens_and_seals_nothing() -> None:
    sealed = box_of(KEY).seal("x", field="f", row=1)
    erased = Box(OWNER, [], cipher=CipherName.AES_256_GCM, ring=RING, erased=True)
    with pytest.raises(Erased):
        erased.open(sealed, field="f", row=1)
    with pytest.raises(Erased):
        erased.seal("x", field="f", row=1)


@given(st.binary(min_size=32, max_size=32), st.uuids(), st.integers(1, 1_000), ciphers)
def test_a_record_key_unwraps_for_its_owner_and_generation(
    key: bytes, owner: UUID, generation: int, cipher: CipherName
) -> None:
    kek = Kek(b"k" * 32)
    wrapped = kek.wrap(key, version=cipher.version, owner=owner, generation=generation)
    assert kek.unwrap(wrapped, owner=owner, generation=generation) == key
    assert key not in wrapped
    for wrong, whose, which in (
        (kek, OTHER, generation),
        (kek, owner, generation + 1),
        (Kek(b"l" * 32), owner, generation),
    ):
        with pytest.raises(SealBroken):
            wrong.unwrap(wrapped, owner=whose, generation=which)
    with pytest.raises(SealBroken):
        kek.unwrap(b"", owner=owner, generation=generation)
