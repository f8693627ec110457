"""Amounts in capitals, by the examples of the rules for bank instruments."""

import pytest

from tongbao.kernel.capitals import capitals
from tongbao.kernel.money import Money


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "零元整"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("200000.00", "贰拾万元整"),
        ("100000000.00", "壹亿元整"),
        ("100010000.00", "壹亿零壹万元整"),
        ("1000000000001.00", "壹万亿零壹元整"),
        ("1234567890.12", "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元零壹角贰分"),
    ],
)
def test_as_the_rules_say(amount: str, words: str) -> None:
    assert capitals(Money.parse(amount, "CNY")) == f"人民币{words}"


@pytest.mark.parametrize("amount", [Money(-1, "CNY"), Money(1, "USD")])
def test_others_have_no_capitals(amount: Money) -> None:
    with pytest.raises(ValueError, match="renminbi"):
        capitals(amount)
