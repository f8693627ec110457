"""What may be uploaded, and what is left of it: attacks of every kind we know."""

import asyncio
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from tongbao.infra import files
from tongbao.infra.files import pictures
from tongbao.kernel.errors import TongbaoError


def picture(kind: str = "JPEG", size: tuple[int, int] = (120, 90), **options: Any) -> bytes:
    out = BytesIO()
    mode = options.pop("mode", "RGB")
    drawn = Image.new(mode, size, options.pop("color", (200, 30, 30)))
    drawn.save(out, kind, **options)
    return out.getvalue()


def pdf(change: Any = None, pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if change:
        change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def png_of(width: int, height: int, data: bytes) -> bytes:
    """A PNG that claims a size, with whatever data."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


async def code(body: bytes) -> str:
    with pytest.raises(TongbaoError) as refused:
        await files.make_clean(body)
    assert "{" not in refused.value.say("zh") + refused.value.say("en")
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_of_each_kind_becomes_a_jpeg(kind: str) -> None:
    clean = await files.make_clean(picture(kind))
    assert clean.media_type == "image/jpeg"
    assert (clean.width, clean.height) == (120, 90)
    with Image.open(BytesIO(clean.content)) as drawn:
        assert drawn.format == "JPEG"
        red, green, blue = drawn.getpixel((60, 45))  # type: ignore[misc]
    assert red > 180
    assert max(green, blue) < 60


async def test_what_is_transparent_becomes_white() -> None:
    clean = await files.make_clean(picture("PNG", mode="RGBA", color=(0, 0, 0, 0)))
    with Image.open(BytesIO(clean.content)) as drawn:
        assert min(drawn.getpixel((5, 5))) > 250  # type: ignore[arg-type]


async def test_where_a_picture_was_taken_is_not_kept_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SECRETCAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    body = picture(exif=exif)
    assert b"SECRETCAMERA" in body
    clean = await files.make_clean(body)
    assert b"SECRETCAMERA" not in clean.content
    assert b"Exif" not in clean.content
    assert (clean.width, clean.height) == (90, 120)
    with Image.open(BytesIO(clean.content)) as drawn:
        assert not drawn.getexif()


async def test_comments_and_text_chunks_are_not_kept() -> None:
    body = picture(comment=b"<script>alert(1)</script>")
    assert b"<script>" in body
    assert b"<script>" not in (await files.make_clean(body)).content


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("rider", ["html", "jar", "pdf"])
async def test_a_polyglot_is_only_its_picture_afterwards(kind: str, rider: str) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("Evil.class", b"\xca\xfe\xba\xbe")
    riders = {
        "html": b"<html><script>alert(document.domain)</script></html>",
        "jar": archive.getvalue(),
        "pdf": pdf(),
    }
    clean = await files.make_clean(picture(kind) + riders[rider])
    for mark in (b"<script>", b"Evil.class", b"%PDF"):
        assert mark not in clean.content
    assert not zipfile.is_zipfile(BytesIO(clean.content))


@pytest.mark.parametrize(
    "body",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<html></html>",
        b"GIF89a" + b"\x00" * 50,  # also the first half of a GIFAR
        b"PK\x03\x04" + b"\x00" * 50,
        b"MZ" + b"\x00" * 50,
        b"II*\x00" + b"\x00" * 50,
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b" \xff\xd8\xff\xe0",
        b"\n%PDF-1.7",
        b"\x00",
        "身份证".encode(),
    ],
)
async def test_anything_else_is_refused_by_its_first_bytes(body: bytes) -> None:
    assert await code(body) == "files.wrong_type"


async def test_a_zip_bomb_is_no_picture() -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("zeros", b"\x00" * 10_000_000)
    assert await code(archive.getvalue()) == "files.wrong_type"


@pytest.mark.parametrize("side", [6_400, 20_000, 100_000, 2**31 - 1])
async def test_an_image_bomb_is_refused_before_it_is_unpacked(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(*_: object) -> None:
        raise AssertionError("unpacked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unpack)
    small = zlib.compress(b"\x00" * 100_000, 9)
    assert await code(png_of(side, side, small)) == "files.too_many_pixels"


async def test_a_webp_bomb_is_refused_before_its_decoder_is_asked() -> None:
    body = bytearray(picture("WEBP", lossless=True))
    assert body[12:16] == b"VP8L"
    wide = 16_383 - 1
    body[21:25] = (wide | wide << 14).to_bytes(4, "little")
    assert await code(bytes(body)) == "files.too_many_pixels"
    canvas = b"RIFF\x00\x01\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\xff\xff\xff" * 2
    assert await code(canvas + b"\x00" * 20) == "files.too_many_pixels"


async def test_a_png_that_unpacks_to_more_than_it_says_is_bounded() -> None:
    # 200 MB of zeros for a picture of 100 by 100: the decoder stops at the picture's last row.
    bomb = zlib.compress(b"\x00" * 200_000_000, 9)
    clean = await files.make_clean(png_of(100, 100, bomb))
    assert (clean.width, clean.height) == (100, 100)


async def test_a_compressed_comment_that_swells_is_refused() -> None:
    plain = picture("PNG")
    text = b"c\x00\x00" + zlib.compress(b"a" * 100_000_000, 9)
    chunk = (
        struct.pack(">I", len(text))
        + b"zTXt"
        + text
        + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    )
    end = plain.index(b"IDAT") - 4
    assert await code(plain[:end] + chunk + plain[end:]) == "files.unreadable"


async def test_a_picture_cut_short_is_refused() -> None:
    whole = picture(size=(400, 400))
    assert await code(whole[: len(whole) // 2]) == "files.unreadable"


async def test_a_picture_too_small_to_read_is_refused() -> None:
    assert await code(picture(size=(63, 500))) == "files.picture_too_small"


async def test_a_large_picture_is_made_smaller() -> None:
    clean = await files.make_clean(picture(size=(6_000, 3_000), quality=30))
    assert (clean.width, clean.height) == (4_096, 2_048)


async def test_a_crowd_of_uploads_is_turned_away_at_once() -> None:
    body = picture(size=(1_500, 1_500))
    answers = await asyncio.gather(
        *(files.make_clean(body) for _ in range(20)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, files.FilesBusy)]
    assert len(answers) - len(refused) == 6
    assert (await files.make_clean(body)).width == 1_500


async def test_nothing_and_too_much_are_refused() -> None:
    assert await code(b"") == "files.empty"
    assert await code(picture() + b"\x00" * files.BYTES_MAX) == "files.too_large"


@settings(max_examples=60)
@given(st.data())
def test_no_damaged_picture_does_anything_but_be_refused_or_redrawn(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    body = bytearray(picture(kind))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
    found = pictures.kind_of(bytes(body))
    if found is None:
        return
    try:
        drawn = pictures.redraw(bytes(body), found)
    except TongbaoError:
        return
    assert drawn.content.startswith(b"\xff\xd8\xff")


async def test_a_pdf_is_written_anew() -> None:
    def describe(writer: PdfWriter) -> None:
        writer.add_metadata({"/Author": "SECRETAUTHOR"})

    body = pdf(describe, pages=3)
    clean = await files.make_clean(body)
    assert (clean.media_type, clean.pages) == ("application/pdf", 3)
    assert clean.content.startswith(b"%PDF-")
    assert b"SECRETAUTHOR" not in clean.content


def _script(writer: PdfWriter) -> None:
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")}
    )
    writer._root_object[NameObject("/Names")] = DictionaryObject({NameObject("/Names"): script})


def _attachment(writer: PdfWriter) -> None:
    writer.add_attachment("evil.exe", b"MZ")


def _locked(writer: PdfWriter) -> None:
    writer.encrypt("secret", algorithm="RC4-128")


def _on_open(writer: PdfWriter) -> None:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    writer._root_object[NameObject("/OpenAction")] = action


def _page_action(writer: PdfWriter) -> None:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://x")}
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})


@pytest.mark.parametrize("change", [_script, _attachment, _locked, _on_open, _page_action])
async def test_a_pdf_that_does_something_is_refused(change: Any) -> None:
    assert await code(pdf(change)) == "files.unsafe"


async def test_a_pdf_with_something_behind_it_is_refused() -> None:
    assert await code(pdf() + b"<html><script>alert(1)</script></html>" * 3) == "files.unsafe"


async def test_a_pdf_of_too_many_pages_is_refused() -> None:
    assert await code(pdf(pages=21)) == "files.too_many_pages"


async def test_a_pdf_of_too_many_objects_is_refused() -> None:
    def many(writer: PdfWriter) -> None:
        resources = DictionaryObject()
        for i in range(3_000):
            resources[NameObject(f"/X{i}")] = writer._add_object(DictionaryObject())
        writer.pages[0][NameObject("/Resources")] = resources

    assert await code(pdf(many)) == "files.too_many_pages"


async def test_a_pdf_bomb_stays_packed() -> None:
    def bomb(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(b"\x00" * 300_000_000)
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream.flate_encode(9))

    body = pdf(bomb)
    assert len(body) < 1_000_000
    clean = await files.make_clean(body)  # copied as it is packed, never unpacked
    assert len(clean.content) < 1_000_000


@pytest.mark.parametrize(
    "body",
    [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-1.4\n" + b"\xff" * 2_000 + b"\n%%EOF\n"],
)
async def test_a_broken_pdf_is_refused(body: bytes) -> None:
    assert await code(body) in {"files.unreadable", "files.unsafe"}


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("身份证正面.jpg", "身份证正面.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe"),
        ("C:\\photos\\a.png", "a.png"),
        ("/etc/", "document"),
        ("..", "document"),
        ("", "document"),
        ("a\x00b\r\nSet-Cookie: x=1.png", " x=1.png".strip()),
        ('a"b.png', "a_b.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_name_never_leads_anywhere(given_name: str, kept: str) -> None:
    assert files.safe_name(given_name) == kept
