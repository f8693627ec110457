"""The 56 ethnic groups of China as identity cards name them (GB/T 3304)."""

from typing import Final

_NAMES: Final = (
    "汉,蒙古,回,藏,维吾尔,苗,彝,壮,布依,朝鲜,满,侗,瑶,白,土家,哈尼,哈萨克,傣,黎,傈僳,佤,畲,高山,拉祜,"
    "水,东乡,纳西,景颇,柯尔克孜,土,达斡尔,仫佬,羌,布朗,撒拉,毛南,仡佬,锡伯,阿昌,普米,塔吉克,怒,乌孜别克,"
    "俄罗斯,鄂温克,德昂,保安,裕固,京,塔塔尔,独龙,鄂伦春,赫哲,门巴,珞巴,基诺"
)
ETHNICITIES: Final = frozenset(_NAMES.split(","))

# What machines read for a character of ours: old forms of it.
_FORMS: Final = str.maketrans("漢滿東達烏維爾蘇錫獨龍倫門", "汉满东达乌维尔苏锡独龙伦门")


def ethnicity_of(text: str) -> str | None:
    """Return the group that `text` names, with or without 族; None for none of the 56."""
    plain = text.strip().translate(_FORMS).removesuffix("族")
    return plain if plain in ETHNICITIES else None
