"""Amounts in the capitals that contracts and receipts carry (人民币大写).

By the rules for bank instruments (支付结算办法, annex 1): 整 ends an amount without 分, and zeros
between digits are written once, so that nothing can be added or altered.
"""

from typing import Final

from tongbao.kernel.money import Money

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
PLACES: Final = ("", "拾", "佰", "仟")
GROUPS: Final = ("", "万", "亿", "万亿", "亿亿")
GROUP: Final = 10_000
CENT: Final = 100
TEN: Final = 10


def capitals(amount: Money) -> str:
    """Return an amount of renminbi in capitals; raises ValueError for others and below zero."""
    if amount.currency != "CNY" or amount.minor < 0:
        msg = "capitals are for amounts of renminbi from zero up"
        raise ValueError(msg)
    yuan, fen = divmod(amount.minor, CENT)
    tenths, hundredths = divmod(fen, TEN)
    words = f"{_whole(yuan)}元" if yuan or not fen else ""
    if not fen:
        return f"人民币{words}整"
    if tenths:
        # A zero before 角 is written where the yuan end in one.
        words += ("零" if yuan and yuan % TEN == 0 else "") + f"{DIGITS[tenths]}角"
    elif yuan:
        words += "零"
    if hundredths:
        return f"人民币{words}{DIGITS[hundredths]}分"
    return f"人民币{words}整"


def _whole(number: int) -> str:
    """Return a whole number in capitals, zeros between digits written once."""
    if number == 0:
        return DIGITS[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, GROUP)
        groups.append(group)
    words, gap = "", False
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < GROUP // TEN):
            words += DIGITS[0]
        words += _four(group) + GROUPS[at]
        gap = False
    return words


def _four(group: int) -> str:
    """Return up to four digits in capitals."""
    words, gap = "", False
    for at in range(3, -1, -1):
        digit = group // TEN**at % TEN
        if digit == 0:
            gap = bool(words)
            continue
        if gap:
            words += DIGITS[0]
        words += DIGITS[digit] + PLACES[at]
        gap = False
    return words
