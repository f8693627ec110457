"""Cards and licences drawn by the tests, read by the text recognition that is installed."""

from io import BytesIO

import pytest
from PIL import Image

from tests.support import documents
from tests.support.documents import VARIANTS, Variant
from tests.support.photographs import Photograph, photograph
from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties.gateways.pictures import DocumentReader
from tongbao.infra import files, ocr

pytestmark = [pytest.mark.ocr, pytest.mark.slow, pytest.mark.timeout(240)]

NAMES = [variant.name for variant in VARIANTS]
NUMBER, USCC = id_number(), "91110000600037341L"
CARD = {
    "name": "欧阳晓蕾",
    "number": NUMBER,
    "sex": "male",
    "ethnicity": "汉",
    "born_on": "1990-03-07",
    "issuing_authority": "杭州市公安局西湖分局",
    "valid_from": "2020-06-01",
    "valid_until": "long-term",
}
LICENCE = {
    "registration_number": USCC,
    "name": "杭州云帆贸易有限公司",
    "legal_representative": "李雷",
    "founded_on": "2016-05-18",
    "legal_form": "有限责任公司(自然人投资或控股)",
}


async def arrived(picture: Image.Image, variant: Variant | Photograph) -> bytes:
    """The picture as it is kept after an upload."""
    return (await files.make_clean(variant.of(picture))).content


async def read_card(variant: Variant | Photograph) -> dict[str, str]:
    front = documents.card_front(
        name="欧阳晓蕾", sex="男", group="汉", born="1990-03-07", number=NUMBER
    )
    back = documents.card_back(authority="杭州市公安局西湖分局", term="2020.06.01-长期")
    read = await DocumentReader().id_card(
        await arrived(front, variant), await arrived(back, variant)
    )
    assert read is not None
    return read


@pytest.mark.parametrize("variant", [VARIANTS[0], VARIANTS[1], VARIANTS[5]], ids=lambda v: v.name)
async def test_a_card_is_read_whole(variant: Variant) -> None:
    assert await read_card(variant) == CARD


@pytest.mark.parametrize("variant", [VARIANTS[6], VARIANTS[7]], ids=lambda v: v.name)
async def test_a_card_that_lies_otherwise_is_turned(variant: Variant) -> None:
    read = await read_card(variant)
    for field in ("name", "number", "valid_from", "valid_until"):
        assert read[field] == CARD[field]


async def read_licence(variant: Variant | Photograph) -> dict[str, str]:
    picture = documents.licence(
        number=USCC, name="杭州云帆贸易有限公司", head="李雷", founded="2016年05月18日"
    )
    read = await DocumentReader().licence(await arrived(picture, variant))
    assert read is not None
    return read


@pytest.mark.parametrize("variant", [VARIANTS[0], VARIANTS[3]], ids=lambda v: v.name)
async def test_a_licence_is_read(variant: Variant) -> None:
    assert await read_licence(variant) == LICENCE


@pytest.mark.parametrize("name", ["everything a little", "far from the side", "very grainy"])
async def test_a_photographed_card_is_read_whole(name: str) -> None:
    assert await read_card(photograph(name)) == CARD


@pytest.mark.parametrize("name", ["everything a little", "glare beside the text"])
async def test_a_photographed_licence_is_read_whole(name: str) -> None:
    assert await read_licence(photograph(name)) == LICENCE


@pytest.mark.parametrize("name", ["glare on the number", "half of the number cut off"])
async def test_a_number_that_is_not_all_there_is_not_read(name: str) -> None:
    read = await read_card(photograph(name))
    assert "number" not in read
    assert all(CARD[field] == said for field, said in read.items())


async def test_a_licence_cut_through_gives_no_half_a_field() -> None:
    read = await read_licence(photograph("half of the number cut off"))
    assert all(LICENCE[field] == said for field, said in read.items())


async def test_what_can_hardly_be_seen_is_right_or_left_out() -> None:
    read = await read_card(photograph("hardly to be seen"))
    assert all(CARD[field] == said for field, said in read.items())


async def test_what_cannot_be_read_is_left_out_and_never_guessed() -> None:
    read = await read_card(Variant("far too blurred", blur=9.0))
    assert all(read[field] == CARD[field] for field in read)
    assert "number" not in read


async def test_a_picture_without_text_has_no_fields() -> None:
    out = BytesIO()
    Image.new("RGB", (400, 300), (200, 200, 200)).save(out, "JPEG")
    assert await DocumentReader().licence(out.getvalue()) == {}


async def test_bytes_that_are_no_picture_end_the_child_and_nothing_else() -> None:
    assert await DocumentReader().licence(b"\xff\xd8\xffnonsense") is None
    async with ocr.TextReader() as reader:
        with pytest.raises(ocr.ReadingFailed):
            await reader.lines(b"")
