import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as standard

from tongbao_sandbox.uscc import REGIONS, check, organisation_check, registration_number


@given(key=st.text(), sole_trader=st.booleans(), region=st.sampled_from([None, *REGIONS]))
def test_every_number_is_valid_by_an_independent_implementation(
    *, key: str, sole_trader: bool, region: str | None
) -> None:
    number = registration_number(key, sole_trader=sole_trader, region=region)

    assert standard.validate(number) == number
    assert number[:2] == ("92" if sole_trader else "91")
    assert number[2:8] in ([region] if region else REGIONS)
    assert number[16] == organisation_check(number[8:16])


@pytest.mark.parametrize(
    ("body", "expected"),
    [("60003734", "1"), ("10000000", "8"), ("D2143569", "X"), ("00000000", "0")],
)
def test_check_character_of_an_organisation_code(body: str, expected: str) -> None:
    assert organisation_check(body) == expected


def test_check_character_of_a_published_code() -> None:
    assert check("91110000600037341") == "L"


def test_one_key_has_one_number_and_another_key_another() -> None:
    numbers = {registration_number(f"E{position}") for position in range(20_000)}

    assert len(numbers) == 20_000
    assert registration_number("E7") in numbers
