"""A sealed document is genuine byte for byte, or it is not; the certificate alone decides."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.general import SigningError
from pypdf import PdfReader, PdfWriter

from tongbao.infra import pdf
from tongbao.infra.pdf import SealFinding, verifying
from tongbao.infra.pdf.sealing import Seal, demonstration

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SEAL = demonstration("测试银行", at=AT)
ROOT = pdf.pem_of([SEAL.root])


def a_document(pages: int = 2) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=200)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed_now(document: bytes, *, by: Seal = SEAL) -> bytes:
    return asyncio.run(pdf.seal(document, by=by, reason="测试", at=AT))


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return sealed_now(a_document())


def finding(document: bytes, trusted: bytes = ROOT) -> SealFinding:
    return pdf.verify_own(document, trusted=trusted).finding


def test_a_good_one_is_proven_by_the_certificate_alone(sealed: bytes) -> None:
    verdict = pdf.verify_own(sealed, trusted=ROOT)
    assert verdict.finding is SealFinding.GENUINE
    assert verdict.sealed_at == AT
    assert verdict.sealed_by == "测试银行 (demonstration)"
    assert PdfReader(BytesIO(sealed)).pages


def test_no_byte_of_the_document_can_be_flipped(sealed: bytes) -> None:
    for spot in range(0, len(sealed), 61):
        flipped = bytearray(sealed)
        flipped[spot] ^= 1
        assert finding(bytes(flipped)) is not SealFinding.GENUINE, spot


def test_not_even_what_no_signature_covers_can_be_changed(sealed: bytes) -> None:
    """The signature stands in a place of its own: its unprotected fields, its form, its padding."""
    begins = sealed.index(b"/Contents <") + len(b"/Contents <")
    ends = sealed.index(b">", begins)
    der = bytes.fromhex(sealed[begins:ends].decode())

    def holding(content: bytes) -> bytes:
        return sealed[:begins] + content + sealed[ends:]

    assert finding(holding(der.hex().upper().encode())) is SealFinding.GENUINE
    assert finding(holding(der.hex().encode())) is SealFinding.ALTERED
    # Version, digest algorithms and the signer's version are protected by nothing else.
    signer = der.index(b"\x02\x01\x01", 30) + 2
    for spot in (25, *range(32, 41), signer, len(der) - 1, *range(60, len(der) - 600, 89)):
        changed = bytearray(der)
        changed[spot] ^= 1
        other = holding(bytes(changed).hex().upper().encode())
        assert finding(other) is not SealFinding.GENUINE, spot


def test_nothing_can_be_left_out_or_appended(sealed: bytes) -> None:
    for other in (sealed[:-1], sealed[: len(sealed) // 2], sealed + b"\n", sealed + sealed):
        assert finding(other) in {SealFinding.ALTERED, SealFinding.UNREADABLE}


def test_an_incremental_update_is_noticed(sealed: bytes) -> None:
    writer: Any = IncrementalPdfFileWriter(BytesIO(sealed))
    writer.root["/Extra"] = generic.pdf_name("/Something")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed)
    assert finding(out.getvalue()) is SealFinding.ALTERED


def test_a_replaced_page_is_noticed(sealed: bytes) -> None:
    writer: Any = IncrementalPdfFileWriter(BytesIO(sealed))
    page = writer.find_page_for_modification(0)[0].get_object()
    stream = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    page["/Contents"] = stream
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    assert finding(out.getvalue()) is SealFinding.ALTERED
    # Written anew from its pages it has no seal, or one of nothing.
    rewritten = PdfWriter(clone_from=BytesIO(sealed))
    again = BytesIO()
    rewritten.write(again)
    assert finding(again.getvalue()) is not SealFinding.GENUINE


def test_a_second_seal_is_an_alteration(sealed: bytes) -> None:
    with pytest.raises(SigningError):  # our own writer refuses: nothing may follow
        sealed_now(sealed)


def test_others_seals_are_not_ours() -> None:
    other = demonstration("测试银行", at=AT)  # the same names, another key
    forged = sealed_now(a_document(), by=other)
    assert finding(forged) is SealFinding.UNTRUSTED
    assert finding(forged, pdf.pem_of([other.root])) is SealFinding.GENUINE


def test_a_seal_counts_only_while_its_certificate_does() -> None:
    old = demonstration("测试银行", at=AT - timedelta(days=365 * 30))
    assert (
        finding(sealed_now(a_document(), by=old), pdf.pem_of([old.root])) is SealFinding.UNTRUSTED
    )


def test_what_has_no_seal_and_what_is_no_pdf(sealed: bytes) -> None:
    assert finding(a_document()) is SealFinding.NO_SEAL
    for other in (b"", b"%PDF-1.7", b"hello", b"%PDF-1.7\n" + bytes(1_000)):
        assert finding(other) is SealFinding.UNREADABLE
    assert finding(sealed, b"no certificate") is SealFinding.UNREADABLE


async def test_a_strangers_document_is_read_by_a_child(sealed: bytes) -> None:
    verdict = await pdf.verify(sealed, trusted=(SEAL.root,))
    assert (verdict.finding, verdict.sealed_at) == (SealFinding.GENUINE, AT)
    altered = await pdf.verify(sealed + b"%", trusted=(SEAL.root,))
    assert altered.finding is SealFinding.ALTERED
    with pytest.raises(pdf.PdfUnreadable):
        await pdf.verify(b"PK", trusted=(SEAL.root,))
    with pytest.raises(pdf.PdfUnreadable):
        await pdf.verify(b"%PDF-" + bytes(verifying.BYTES_MAX), trusted=(SEAL.root,))


async def test_a_child_that_fails_says_nothing_is_genuine(
    sealed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(verifying, "_CHILD", broken)
    assert (await pdf.verify(sealed, trusted=(SEAL.root,))).finding is SealFinding.UNREADABLE
    broken.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(verifying, "SECONDS_MAX", 0.2)
    assert (await pdf.verify(sealed, trusted=(SEAL.root,))).finding is SealFinding.UNREADABLE


async def test_too_many_at_once_are_told_so(sealed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AT_A_TIME_MAX", 0)
    with pytest.raises(pdf.PdfBusy):
        await pdf.verify(sealed, trusted=(SEAL.root,))


def test_a_seals_file(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "seal.pem"
    made = Seal.load_or_make(path, name="测试", at=AT)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Seal.load_or_make(path, name="other", at=AT).certificates == made.certificates
    assert (
        finding(sealed_now(a_document(), by=made), pdf.pem_of([made.root])) is SealFinding.GENUINE
    )
    path.chmod(0o644)
    with pytest.raises(pdf.SealUnusable, match="chmod"):
        Seal.load(path)
    mixed = tmp_path / "mixed.pem"
    other = demonstration("other", at=AT)
    key = made.pem[: made.pem.index(b"-----BEGIN CERT")]
    contents = {
        "no key": b"hello",
        "certificates alone": pdf.pem_of(made.certificates),
        "of another key": key + pdf.pem_of(other.certificates),
        "a key alone": key,
    }
    for what, content in contents.items():
        mixed.write_bytes(content)
        mixed.chmod(0o600)
        with pytest.raises(pdf.SealUnusable):
            Seal.load(mixed)
        assert what
    with pytest.raises(pdf.SealUnusable):
        Seal.load(tmp_path / "nowhere.pem")
