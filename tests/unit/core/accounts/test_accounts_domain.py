"""Account numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.accounts.domain import (
    BANK_PREFIX,
    NUMBER_LENGTH,
    SERIAL_MAX,
    account_number,
    is_account_number,
)

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
    number = account_number(42, prefix="62")
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
