"""What makes a name and a registration number acceptable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from tongbao.core.parties.domain import (
    NAME_LENGTH_MAX,
    NameMalformed,
    RegistrationNumberMalformed,
    clean_name,
    clean_registration_number,
)

VALID = "91110000600037341L"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("杭州云帆贸易有限公司", "杭州云帆贸易有限公司"),
        ("  Ada Lovelace ", "Ada Lovelace"),
        ("\u3000北京一通\u3000", "北京一通"),
        ("Cafe\u0301 Ltd", "Caf\u00e9 Ltd"),
        ("A", "A"),
        ("字" * NAME_LENGTH_MAX, "字" * NAME_LENGTH_MAX),
        ("\U0002ebf0氏", "\U0002ebf0氏"),  # CJK extension I: newer than this Python's tables
        ("\ue000氏", "\ue000氏"),  # private use, as older Chinese systems write rare names
    ],
)
def test_a_name_is_trimmed_and_composed(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u3000",
        "字" * (NAME_LENGTH_MAX + 1),
        "a\x00b",
        "a\nb",
        "tab\t",
        "a\x7f",
        "payee\u202etxt",  # reverses the reading direction
        "ab\u200bc",  # invisible
        "a\u2028b",
        "\ud800",
    ],
)
def test_a_name_that_hides_something_is_refused(text: str) -> None:
    with pytest.raises(NameMalformed) as refused:
        clean_name(text)
    assert str(NAME_LENGTH_MAX) in refused.value.say("zh")


@given(st.text(max_size=NAME_LENGTH_MAX + 5))
def test_cleaning_a_clean_name_changes_nothing(text: str) -> None:
    try:
        once = clean_name(text)
    except NameMalformed:
        return
    assert clean_name(once) == once


def test_a_registration_number_is_returned_without_the_space_around_it() -> None:
    assert clean_registration_number(f" {VALID}\n") == VALID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "911100006000373410",  # wrong check character
        VALID[:-1],
        VALID + "0",
        VALID.lower(),
        "91 1100 0060 0037 341L",
        "9111-000060003734",
        "\uff19" + VALID[1:],  # full-width digit
        "9111000060003734\u0661L",  # Arabic-Indic digit
        "I1110000600037341L",  # a letter the code does not have
        "91110000600037341\x00",
    ],
)
def test_anything_else_is_no_registration_number(text: str) -> None:
    with pytest.raises(RegistrationNumberMalformed):
        clean_registration_number(text)


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
def test_one_changed_character_is_always_noticed(organisation: str) -> None:
    body = "91330100" + organisation
    number = body + uscc.calc_check_digit(body)
    assert clean_registration_number(number) == number
    other = "1" if number[12] != "1" else "2"
    with pytest.raises(RegistrationNumberMalformed):
        clean_registration_number(number[:12] + other + number[13:])
