"""What a telephone makes of a document: turned, seen from the side, noisy, pressed, pale, glaring.

Drawn by Pillow from a seed, the photograph's name: each run sees the same picture.
"""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

TABLE = (90, 90, 90)
Corners = list[tuple[float, float]]


@dataclass(frozen=True)
class Photograph:
    """How a picture was taken. Shares are of the picture's width and height."""

    name: str
    turn: float = 0.0  # degrees to the left
    lean: float = 0.0  # how much shorter the far side looks
    noise: float = 0.0  # standard deviation of the grain, of 255
    quality: int = 90  # of the JPEG
    times: int = 1  # how often it was saved again, as messengers do
    contrast: float = 1.0  # 1: as drawn; less: pale
    glare: float = 0.0  # how bright the middle of a lamp's reflection is, 0 to 1
    glare_at: tuple[float, float] = (0.5, 0.5)
    cut: float = 0.0  # how much of the right edge is outside the picture

    def of(self, picture: Image.Image) -> bytes:
        """Return the picture as it would arrive, a JPEG."""
        made = self._lit(picture.convert("RGB"))
        if self.lean:
            made = self._leaning(made)
        if self.turn:
            made = made.rotate(
                self.turn, expand=True, fillcolor=TABLE, resample=Image.Resampling.BICUBIC
            )
        if self.cut:
            made = made.crop((0, 0, int(made.width * (1 - self.cut)), made.height))
        if self.noise:
            made = self._grainy(made)
        pressed = b""
        for _ in range(self.times):
            out = BytesIO()
            made.save(out, "JPEG", quality=self.quality)
            pressed = out.getvalue()
            made = Image.open(BytesIO(pressed))
        return pressed

    def _lit(self, picture: Image.Image) -> Image.Image:
        if self.contrast != 1.0:
            picture = picture.point(lambda value: int(128 + (value - 128) * self.contrast))
        if not self.glare:
            return picture
        width, height = picture.size
        lamp = Image.new("L", picture.size, 0)
        x, y = self.glare_at[0] * width, self.glare_at[1] * height
        half = width * 0.14
        ImageDraw.Draw(lamp).ellipse(
            (x - half, y - half / 2, x + half, y + half / 2), fill=int(255 * self.glare)
        )
        lamp = lamp.filter(ImageFilter.GaussianBlur(width * 0.03))
        return ImageChops.add(picture, Image.merge("RGB", (lamp, lamp, lamp)))

    def _leaning(self, picture: Image.Image) -> Image.Image:
        """Show the picture as seen from the left: its right side further away, so shorter."""
        width, height = picture.size
        drop = height * self.lean / 2
        corners: Corners = [(0, 0), (width, drop), (width, height - drop), (0, height)]
        wanted: Corners = [(0, 0), (width, 0), (width, height), (0, height)]
        return picture.transform(
            picture.size,
            Image.Transform.PERSPECTIVE,
            _coefficients(corners, wanted),
            resample=Image.Resampling.BICUBIC,
            fillcolor=TABLE,
        )

    def _grainy(self, picture: Image.Image) -> Image.Image:
        random = Random(self.name)
        width, height = picture.width // 2, picture.height // 2  # grain is larger than a pixel
        lumps = (random.gauss(128, self.noise) for _ in range(width * height))
        one = Image.frombytes("L", (width, height), bytes(min(255, max(0, int(v))) for v in lumps))
        grain = one.resize(picture.size)
        return ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain)), offset=-128)


PHOTOGRAPHS = (
    Photograph("turned by 3 degrees, grainy", turn=3, noise=10),
    Photograph("turned by 12 degrees", turn=-12),
    Photograph("from the side", lean=0.12),
    Photograph("far from the side", lean=0.35),
    Photograph("grainy", noise=28),
    Photograph("very grainy", noise=70),
    Photograph("pressed three times", quality=18, times=3),
    Photograph("pale", contrast=0.3),
    Photograph("hardly to be seen", contrast=0.08),
    Photograph("glare beside the text", glare=0.9, glare_at=(0.8, 0.3)),
    Photograph("glare on the number", glare=1.0, glare_at=(0.5, 0.88)),
    Photograph("edge cut off", cut=0.06),
    Photograph("half of the number cut off", cut=0.48),
    Photograph("everything a little", turn=-2, lean=0.06, noise=8, quality=45, contrast=0.7),
)


def photograph(name: str) -> Photograph:
    """Return one of the photographs by its name."""
    return next(each for each in PHOTOGRAPHS if each.name == name)


def _coefficients(corners: Corners, wanted: Corners) -> list[float]:
    """Return Pillow's eight numbers of the perspective that brings `wanted` to `corners`."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(corners, wanted, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for place in range(8):  # Gauss and Jordan
        pivot = max(range(place, 8), key=lambda row: abs(rows[row][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for row in range(8):
            if row != place:
                factor = rows[row][place]
                rows[row] = [
                    value - factor * other
                    for value, other in zip(rows[row], rows[place], strict=True)
                ]
    return [row[8] for row in rows]
