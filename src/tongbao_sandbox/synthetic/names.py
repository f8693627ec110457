"""Names of made-up firms: plausible, unique within a book, of nobody."""

import numpy as np

from tongbao_sandbox.synthetic.industries import INDUSTRIES
from tongbao_sandbox.uscc import REGIONS

_FIRST = "恒瑞嘉泽铭博汇鼎盛宏锦诚禾祥裕元康达卓越晟凯弘丰启德惠源信润"
_SECOND = "筑川岳朗辰屹昊澜森航远腾拓翔泰昌隆顺通联创佳美华兴旺邦杰峰霖"
_LIMITED = ("有限公司",) * 9 + ("有限责任公司",)


def firm_name(
    rng: np.random.Generator, *, region: str, industry: int, sole_trader: bool, taken: set[str]
) -> str:
    """Return a name that is not in `taken`, and put it there."""
    trade = INDUSTRIES[industry]
    words = trade.sole_trader_words if sole_trader else trade.words
    assert words
    city = REGIONS[region]
    extra = ""
    while True:
        brand = _pick(rng, _FIRST) + _pick(rng, _SECOND) + extra
        name = city + brand + words[int(rng.integers(len(words)))]
        if not sole_trader:
            name += _LIMITED[int(rng.integers(len(_LIMITED)))]
        if name not in taken:
            taken.add(name)
            return name
        extra = _pick(rng, _FIRST)  # a third character once the short ones run out


def _pick(rng: np.random.Generator, characters: str) -> str:
    return characters[int(rng.integers(len(characters)))]
