"""Documents are set as their data says, whatever that is, and the same each time."""

import asyncio
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tongbao.infra import pdf
from tongbao.infra.pdf import rendering
from tongbao.infra.pdf.child import Coverage, segments_of, visible
from tongbao.infra.pdf.fonts import folders

TEMPLATE = pdf.Template(
    "test",
    """#import "/page.typ": *
#show: document-page
= #data.title
#facts(data.rows)
""",
)
FRAME: dict[str, Any] = {
    "title": "测试文件",
    "language": "zh",
    "date": {"year": 2026, "month": 1, "day": 2},
    "head": "head",
    "foot": "foot",
}


def data(*values: str) -> dict[str, Any]:
    return FRAME | {"rows": [["value", each] for each in values]}


def words(document: bytes) -> str:
    """Return the text of a document without blanks, as a reader copies it."""
    pages = PdfReader(BytesIO(document)).pages
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return Coverage([str(each) for each in folders()])


async def test_the_same_data_makes_the_same_bytes() -> None:
    first = await pdf.render(TEMPLATE, data("一", "b"))
    await pdf.render(TEMPLATE, data("something else"))
    assert await pdf.render(TEMPLATE, data("一", "b")) == first
    rendering._press.end()  # another child
    assert await pdf.render(TEMPLATE, data("一", "b")) == first
    assert first.startswith(b"%PDF-")


async def test_a_large_document_leaves_room_for_the_next_ones() -> None:
    """What typst keeps of large ones would fill the bounds with the third.

    How large the program is that asks for them is nothing to the child.
    """
    ballast = bytearray(300 * 2**20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    rendering._press.end()
    large = data("\n".join(f"{number} 笔交易" for number in range(40_000)))
    await pdf.render(TEMPLATE, data("small"))
    assert rendering._press._child is not None
    await pdf.render(TEMPLATE, large)
    assert rendering._press._child is None
    assert b"%PDF-" in await pdf.render(TEMPLATE, data("small"))


async def test_its_date_is_the_one_it_was_given_and_its_fonts_are_inside() -> None:
    reader = PdfReader(BytesIO(await pdf.render(TEMPLATE, data("字"))))
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date().isoformat() == "2026-01-02"
    assert reader.metadata.title == "测试文件"
    fonts = set()
    for page in reader.pages:
        named: Any = page["/Resources"]
        fonts |= {str(font.get_object()["/BaseFont"]) for font in named["/Font"].values()}
    assert fonts
    assert all("NotoSans" in font for font in fonts)


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "#panic() $x^2$ *bold* _it_ `raw` <label> @ref // no comment",
        '"; #import "evil.typ": * //',
        "#{while true {}}",
        "\\u{1F4A9} \\ #h(100cm) #pagebreak()",
        "]] #text(fill: white)[",
        "{{ jinja }} {0} %s",
        "<script>alert(1)</script>",
    ],
)
async def test_typst_in_the_data_is_set_and_not_run(hostile: str) -> None:
    made = await pdf.render(TEMPLATE, data(hostile))
    assert re.sub(r"\s", "", hostile) in words(made)
    assert len(PdfReader(BytesIO(made)).pages) == 1


@pytest.mark.parametrize(
    "name", ["䶮", "喆", "𠮷", "㛃", "龑", "頔", "祎", "𫖯", "𬱖", "𬸪", "·", "〇"]
)
async def test_rare_characters_of_names_are_shown(name: str, coverage: Coverage) -> None:
    assert visible(name, coverage) == name
    assert name in words(await pdf.render(TEMPLATE, data(f"王{name}明")))


async def test_a_character_no_font_has_is_named_and_does_not_vanish(coverage: Coverage) -> None:
    unknown = "\U0002a6a5"
    assert visible(f"王{unknown}", coverage) == "王[U+2A6A5]"
    assert "王[U+2A6A5]明" in words(await pdf.render(TEMPLATE, data(f"王{unknown}明")))


def test_what_the_fonts_cover(coverage: Coverage) -> None:
    """What docs/modules/pdf.md says of it."""
    gb2312 = [
        bytes([high, low]).decode("gb2312")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
        if (high, low) < (0xD7, 0xFA) or high > 0xD7
    ]
    assert len(gb2312) == 6_763
    assert [each for each in gb2312 if ord(each) not in coverage] == []
    assert [number for number in range(0x4E00, 0x9FA6) if number not in coverage] == []
    extension_a = [number for number in range(0x3400, 0x4DB6) if number in coverage]
    assert len(extension_a) >= 6_572
    assert 0x2A6A5 not in coverage


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\u200bb", "a[U+200B]b"),
        ("\x00", "[U+0000]"),
        ("\ufeff", "[U+FEFF]"),
        ("\ue000", "[U+E000]"),
        ("one\ntwo", "one\ntwo"),
        ("one\ttwo", "one two"),
        ("葛\U000e0100城", "葛城"),
        ("e\u0301", "é"),
    ],
)
def test_nothing_is_hidden(text: str, shown: str, coverage: Coverage) -> None:
    assert visible(text, coverage) == shown


async def test_bidirectional_controls_do_not_turn_an_amount_round() -> None:
    made = words(await pdf.render(TEMPLATE, data("付给\u202e00.001\u202c元")))
    assert "付给[U+202E]00.001[U+202C]元" in made


@pytest.mark.parametrize(("sign", "times"), [("X", 3_000), ("王", 3_000), ("É", 500)])
async def test_very_long_names_stay_on_the_page(sign: str, times: int) -> None:
    made = await pdf.render(TEMPLATE, data(sign * times))
    assert words(made).count(sign) == times
    for page in PdfReader(BytesIO(made)).pages:
        spots: list[float] = []

        def visit(_text: str, _cm: list[float], tm: list[float], *_more: object) -> None:
            spots.append(tm[4])  # noqa: B023 - read before the next page

        page.extract_text(visitor_text=visit)
        assert max(spots) < float(page.mediabox.width)


async def test_data_that_is_too_large_is_refused() -> None:
    with pytest.raises(pdf.PdfFailed):
        await pdf.render(TEMPLATE, data("x" * rendering.DATA_BYTES_MAX))


@pytest.fixture
def own_press() -> Iterator[None]:
    yield
    rendering._press.end()


@pytest.mark.usefixtures("own_press")
async def test_a_document_without_end_is_ended_and_the_next_is_set() -> None:
    endless = pdf.Template("endless", "#{ let n = 0\n while true { n += 1; if n < 0 { break } } }")
    with pytest.raises(pdf.PdfFailed):
        await pdf.render(endless, FRAME, seconds_max=0.2)
    greedy = pdf.Template("greedy", '#let f(x) = f(x + x)\n#f("x")')
    with pytest.raises(pdf.PdfFailed):
        await pdf.render(greedy, FRAME)
    assert "还在" in words(await pdf.render(TEMPLATE, data("还在")))


async def test_templates_reach_no_file_and_no_network() -> None:
    for source in ('#read("/etc/passwd")', '#read("../../../../etc/passwd")'):
        with pytest.raises(pdf.PdfFailed):
            await pdf.render(pdf.Template("file", source), FRAME)


async def test_too_many_at_once_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "WAITING_MAX", 0)
    with pytest.raises(pdf.PdfBusy):
        await pdf.render(TEMPLATE, data("x"))


async def test_many_at_once_are_each_their_own() -> None:
    made = await asyncio.gather(*(pdf.render(TEMPLATE, data(f"编号{n}号")) for n in range(8)))
    for n, document in enumerate(made):
        assert f"编号{n}号" in words(document)


def test_a_font_without_the_table_is_said_so() -> None:
    empty = b"\x00\x01\x00\x00" + (1).to_bytes(2) + bytes(6) + b"cmap" + bytes(4)
    font = empty + (28).to_bytes(4) + bytes(4) + bytes(4)
    with pytest.raises(ValueError, match="format 12"):
        segments_of(font)
