"""Pictures: recognised by their first bytes, bounded before they are unpacked, drawn anew.

Only one decoder is ever tried, the one the first bytes name; SVG, TIFF, GIF and the many formats
of the library that nobody sends us stay out of reach of an attacker.
"""

import contextlib
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from tongbao.infra.files.errors import FileUnreadable, PictureTooSmall, TooManyPixels

PIXELS_MAX: Final = 40_000_000  # 120 MB unpacked; a phone of today takes 12 to 48 million
SIDE_MIN: Final = 64
SIDE_KEPT_MAX: Final = 4_096
QUALITY: Final = 92

_RIFF_NAME: Final = slice(8, 12)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew, as JPEG."""

    content: bytes
    width: int
    height: int


def kind_of(body: bytes) -> str | None:
    """Return the library's name of the format that the first bytes name; None for no picture."""
    if body.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if body.startswith(b"RIFF") and body[_RIFF_NAME] == b"WEBP":
        return "WEBP"
    return None


def redraw(body: bytes, kind: str) -> Drawn:
    """Decode all of a picture and write it anew, upright, without anything but its pixels.

    Raises `TooManyPixels` from the header alone, `PictureTooSmall`, `FileUnreadable`.
    """
    try:
        if kind == "WEBP":
            _check_size(*_webp_size(body))  # its decoder asks for memory as soon as it is opened
        with Image.open(BytesIO(body), formats=(kind,)) as opened:
            _check_size(*opened.size)
            opened.load()
            return _drawn(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(pixels_max=PIXELS_MAX) from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, MemoryError) as error:
        raise FileUnreadable from error
    except (IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise FileUnreadable from error  # a decoder that trips over broken tables


def _webp_size(body: bytes) -> tuple[int, int]:
    """Return width and height as the container's first chunk says (RFC 9649, 2.5 to 2.7)."""
    match body[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(body[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (each & 0x3FFF for each in struct.unpack("<HH", body[26:30]))
        case _:
            raise FileUnreadable
    return width, height


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS_MAX:
        raise TooManyPixels(pixels_max=PIXELS_MAX)
    if min(width, height) < SIDE_MIN:
        raise PictureTooSmall(side_min=SIDE_MIN)


def _drawn(opened: Image.Image) -> Drawn:
    upright = opened
    with contextlib.suppress(Exception):  # broken EXIF: as it lies
        upright = ImageOps.exif_transpose(opened)
    plain = _on_white(upright)
    plain.thumbnail((SIDE_KEPT_MAX, SIDE_KEPT_MAX))
    fresh = Image.new("RGB", plain.size)
    fresh.paste(plain)  # a new picture has no metadata that a writer could copy
    out = BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return Drawn(out.getvalue(), *fresh.size)


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")
