"""Account numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.accounts.domain.numbers import (
    BANK_PREFIX,
    NUMBER_LENGTH,
    Check,
    NumberScheme,
    is_digits,
)

SCHEME = NumberScheme()
SERIAL_MAX = SCHEME.serial_max
account_number, is_account_number = SCHEME.number, SCHEME.fits
serials = st.integers(min_value=1, max_value=SERIAL_MAX)


def luhn_sum(number: str) -> int:
    """The rule written the long way, from ISO/IEC 7812-1 annex B."""
    total = 0
    for position, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if position % 2 else 1)
        total += doubled // 10 + doubled % 10
    return total


def test_the_first_number_of_the_bank() -> None:
    number = account_number(1)
    assert number == "9900010000000000010"[:-1] + number[-1]
    assert luhn_sum(number) % 10 == 0


@given(serials)
def test_a_number_has_nineteen_digits_and_checks(serial: int) -> None:
    number = account_number(serial)
    assert len(number) == NUMBER_LENGTH
    assert number.startswith(BANK_PREFIX)
    assert luhn_sum(number) % 10 == 0
    assert is_account_number(number)


@given(serials, serials)
def test_different_serials_give_different_numbers(one: int, other: int) -> None:
    assert (account_number(one) == account_number(other)) == (one == other)


@given(serials, st.integers(0, NUMBER_LENGTH - 1), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(serial: int, position: int, shift: int) -> None:
    number = account_number(serial)
    wrong = str((int(number[position]) + shift) % 10)
    assert not is_account_number(number[:position] + wrong + number[position + 1 :])


def test_another_bank_puts_its_own_prefix() -> None:
    number = NumberScheme(prefix="62").number(42)
    assert number.startswith("62")
    assert is_account_number(number)


@pytest.mark.parametrize("serial", [0, -1, SERIAL_MAX + 1])
def test_there_is_no_number_for_other_serials(serial: int) -> None:
    with pytest.raises(AssertionError):
        account_number(serial)


@pytest.mark.parametrize(
    "text",
    ["", "0" * 18, "0" * 20, "99000100000000000１0", "990001000000000001x", " " * 19, "\x00" * 19],
)
def test_other_texts_are_no_account_numbers(text: str) -> None:
    assert not is_account_number(text)


@given(st.integers(1, 10**6 - 1), st.sampled_from(Check), st.integers(8, 34))
def test_every_scheme_makes_numbers_that_fit_it(serial: int, check: Check, length: int) -> None:
    scheme = NumberScheme(prefix="9", length=max(length, 9), check=check)
    if serial > scheme.serial_max:
        serial %= scheme.serial_max
    number = scheme.number(max(serial, 1))
    assert len(number) == scheme.length
    assert number.startswith("9")
    assert scheme.fits(number)
    assert is_digits(number)
    assert not scheme.fits(number + "0")
    assert not scheme.fits(number[:-1] + "x")


@given(serials, st.integers(0, 17), st.integers(1, 9))
def test_mod_97_notices_a_wrong_digit(serial: int, position: int, shift: int) -> None:
    scheme = NumberScheme(check=Check.MOD97)
    number = scheme.number(serial % scheme.serial_max + 1)
    wrong = str((int(number[position]) + shift) % 10)
    assert not scheme.fits(number[:position] + wrong + number[position + 1 :])


@pytest.mark.parametrize(
    "facts",
    [
        {"prefix": ""},
        {"prefix": "１２"},
        {"prefix": "9a"},
        {"length": 7},
        {"length": 35},
        {"prefix": "9" * 15},
        {"prefix": "9" * 14, "check": Check.MOD97},
    ],
)
def test_a_scheme_without_room_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="digits"):
        NumberScheme(**facts)  # type: ignore[arg-type]
