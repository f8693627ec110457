"""Identity cards and licences drawn by the tests themselves, straight, turned, tilted, blurred."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"),
    Path("/System/Library/Fonts/PingFang.ttc"),
)
SIMPLIFIED = 2  # the face of the collection with mainland forms
BLUE, BLACK, PAPER = (58, 110, 165), (25, 25, 25), (226, 236, 245)


def find_font() -> Path | None:
    """Return a font with Chinese characters, if there is one."""
    return next((path for path in FONTS if path.exists()), None)


@dataclass(frozen=True)
class Variant:
    """What happened to a picture on its way."""

    name: str
    turn: int = 0  # degrees to the left
    blur: float = 0.0  # radius in pixels
    size: float = 1.0
    quality: int = 90
    dim: float = 1.0

    def of(self, picture: Image.Image) -> bytes:
        """Return the picture as it would arrive, a JPEG."""
        made = picture
        if self.dim != 1.0:
            made = made.point(lambda value: int(value * self.dim))
        if self.turn:
            made = made.rotate(
                self.turn, expand=True, fillcolor=(90, 90, 90), resample=Image.Resampling.BICUBIC
            )
        if self.size != 1.0:
            made = made.resize((int(made.width * self.size), int(made.height * self.size)))
        if self.blur:
            made = made.filter(ImageFilter.GaussianBlur(self.blur))
        out = BytesIO()
        made.save(out, "JPEG", quality=self.quality)
        return out.getvalue()


STRAIGHT = Variant("straight")
VARIANTS = (
    STRAIGHT,
    Variant("tilted 4 degrees", turn=4),
    Variant("tilted -8 degrees", turn=-8),
    Variant("blurred", blur=1.6),
    Variant("half the size", size=0.5),
    Variant("dim and pressed", dim=0.55, quality=35),
    Variant("upside down", turn=180),
    Variant("on its side", turn=90),
)


class _Pen:
    def __init__(self, size: tuple[int, int], ground: tuple[int, int, int] = PAPER) -> None:
        font = find_font()
        assert font is not None, "asked for before"
        self._font = str(font)
        self.picture = Image.new("RGB", size, ground)
        self._draw = ImageDraw.Draw(self.picture)

    def write(
        self, x: int, y: int, text: str, size: int = 34, color: tuple[int, int, int] = BLACK
    ) -> None:
        font = ImageFont.truetype(self._font, size, index=SIMPLIFIED)
        self._draw.text((x, y), text, font=font, fill=color)


def card_front(*, name: str, sex: str, group: str, born: str, number: str) -> Image.Image:
    """The side with the portrait; `born` as `1990-03-07`."""
    pen = _Pen((1_000, 630))
    year, month, day = (str(int(part)) for part in born.split("-"))
    for y, label in ((60, "姓名"), (140, "性别"), (220, "出生"), (305, "住址")):
        pen.write(60, y, label, 28, BLUE)
    pen.write(160, 54, name, 40)
    pen.write(160, 138, sex)
    pen.write(320, 140, "民族", 28, BLUE)
    pen.write(410, 138, group)
    pen.write(160, 218, year)
    pen.write(255, 220, "年", 28, BLUE)
    pen.write(310, 218, month)
    pen.write(360, 220, "月", 28, BLUE)
    pen.write(410, 218, day)
    pen.write(460, 220, "日", 28, BLUE)
    pen.write(160, 303, "浙江省杭州市西湖区文三路")
    pen.write(160, 353, "90号2幢301室")
    pen.write(60, 545, "公民身份号码", 28, BLUE)
    pen.write(320, 536, number, 44)
    pen.picture.paste((170, 190, 205), (700, 90, 930, 400))
    return pen.picture


def card_back(*, authority: str, term: str) -> Image.Image:
    """The side with the emblem; `term` as printed, `2020.06.01-2040.06.01`."""
    pen = _Pen((1_000, 630))
    pen.write(380, 90, "中华人民共和国", 52)
    pen.write(360, 180, "居民身份证", 76)
    pen.write(240, 455, "签发机关", 28)
    pen.write(400, 452, authority)
    pen.write(240, 535, "有效期限", 28)
    pen.write(400, 532, term)
    return pen.picture


def licence(*, number: str, name: str, head: str, founded: str, sole: bool = False) -> Image.Image:
    """A business licence; `founded` as `2016年05月18日`."""
    pen = _Pen((1_300, 920), (250, 246, 232))
    pen.write(470, 60, "营业执照", 92)
    pen.write(80, 190, "统一社会信用代码", 28)
    pen.write(80, 232, number, 36)
    form = "个体工商户" if sole else "有限责任公司(自然人投资或控股)"
    head_label = "经营者" if sole else "法定代表人"
    rows = (
        ("名称", name),
        ("类型", form),
        (head_label, head),
        ("经营范围", "建筑材料批发;五金产品零售"),
    )
    for i, (label, value) in enumerate(rows):
        pen.write(80, 330 + 90 * i, label, 30)
        pen.write(250, 328 + 90 * i, value, 32)
    for i, (label, value) in enumerate((("注册资本", "伍佰万元整"), ("成立日期", founded))):
        pen.write(760, 510 + 90 * i, label, 30)
        pen.write(930, 508 + 90 * i, value, 32)
    pen.write(80, 700, "住所", 30)
    pen.write(250, 698, "浙江省杭州市西湖区文三路90号", 32)
    pen.write(930, 800, "登记机关", 30)
    return pen.picture
