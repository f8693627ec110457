"""Unified social credit codes (统一社会信用代码), made up but valid.

GB 32100-2015: 18 characters = registering authority (9 = market supervision), kind of entity
(1 = enterprise, 2 = sole trader), six digits of region, nine characters of organisation code and a
check character. The organisation code carries a check character of its own (GB 11714-1997).
"""

import hashlib

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_LENGTH = 8

REGIONS = {
    "110108": "北京",
    "120104": "天津",
    "130102": "石家庄",
    "210102": "沈阳",
    "310115": "上海",
    "320102": "南京",
    "330106": "杭州",
    "340104": "合肥",
    "350102": "福州",
    "370102": "济南",
    "410105": "郑州",
    "420106": "武汉",
    "430104": "长沙",
    "440106": "广州",
    "440304": "深圳",
    "500103": "重庆",
    "510104": "成都",
    "530102": "昆明",
    "610113": "西安",
}


def organisation_check(body: str) -> str:
    """Return the check character of an eight-character organisation code (GB 11714)."""
    assert len(body) == _BODY_LENGTH
    total = sum(
        _ORGANISATION_ALPHABET.index(character) * weight
        for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def check(first_17: str) -> str:
    """Return the check character of the first seventeen characters (GB 32100)."""
    total = sum(
        _ALPHABET.index(character) * weight
        for character, weight in zip(first_17, _WEIGHTS, strict=True)
    )
    return _ALPHABET[-total % 31]


def registration_number(key: str, *, sole_trader: bool = False, region: str | None = None) -> str:
    """Return a valid code for `key`: the same key always gives the same code.

    Different keys give different codes but for chance (about one in 10^13 a pair);
    `FirmBook` refuses a book where it happens.
    """
    digest = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=16).digest())
    codes = tuple(REGIONS)
    digest, place = divmod(digest, len(codes))
    body = ""
    while len(body) < _BODY_LENGTH:
        digest, character = divmod(digest, len(_ALPHABET))
        body += _ALPHABET[character]
    first_17 = f"9{2 if sole_trader else 1}{region or codes[place]}{body}{organisation_check(body)}"
    return first_17 + check(first_17)
