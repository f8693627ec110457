"""Confirmation of payee: which names fit, which nearly do, and that nobody feels their way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.payments.domain.names import NameCheck, compare

MATCH, CLOSE, NONE = NameCheck.MATCH, NameCheck.CLOSE_MATCH, NameCheck.NO_MATCH
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("given_name", "held", "found"),
    [
        ("张伟", "张 伟", MATCH),
        ("ＡＣＭＥ", "acme", MATCH),
        ("王晓明", "王小明", CLOSE),  # a homophone
        ("华东建材", "华东建材有限公司", CLOSE),
        ("华东建材有限责任公司", "华东建材有限公司", CLOSE),
        ("Acme Trading", "Acme Trading Co., Ltd.", CLOSE),
        ("Wei Li", "Li Wei", CLOSE),
        ("Jonh Smith", "John Smith", CLOSE),  # swapped
        ("Jonathan Smithson-Brwn", "Jonathan Smythson-Brown", CLOSE),  # two slips, very long
        ("Jahn Smyth", "John Smith", NONE),  # two slips, long
        ("王小红", "王小明", NONE),  # one character of three is another person
        ("王", "王小明", NONE),
        ("Li", "Liu", NONE),
        ("公司", "有限公司", NONE),
        ("", "张伟", NONE),
    ],
)
def test_how_near_a_name_is(given_name: str, held: str, found: NameCheck) -> None:
    assert compare(given_name, held) is found


@given(NAMES, NAMES)
def test_nearness_is_mutual(one: str, other: str) -> None:
    assert compare(one, other) is compare(other, one)


@given(NAMES)
def test_a_name_fits_itself(name: str) -> None:
    assert compare(name, name) is MATCH


@given(st.text("赵钱孙李周吴郑王冯陈", min_size=2, max_size=4), st.integers(0, 3))
def test_no_short_name_is_felt_character_by_character(held: str, place: int) -> None:
    """Any one character replaced by one that sounds otherwise is no match at all."""
    place %= len(held)
    other = held[:place] + ("黑" if held[place] != "黑" else "白") + held[place + 1 :]
    assert compare(other, held) is NONE
