"""Core data, shown so that their owner recognises them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel import masking


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800135678", "138****5678"),
        ("+8613800135678", "+86138****5678"),
        ("+85291234567", "+852****4567"),
        ("12345678", "***"),
        ("", "***"),
    ],
)
def test_a_phone_number(number: str, shown: str) -> None:
    assert masking.phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("li.lei@example.com", "l***@example.com"),
        ('"a@b"@example.com', '"***@example.com'),
        ("@example.com", "***"),
        ("no address", "***"),
    ],
)
def test_an_email_address(address: str, shown: str) -> None:
    assert masking.email(address) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("330106199003071234", "3301**********1234"),
        ("E12345678", "E1*****78"),
        ("AB12", "A**2"),
        ("AB1", "***"),
    ],
)
def test_a_documents_number(number: str, shown: str) -> None:
    assert masking.document(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("6222021234567890123", "**** 0123"), ("12345678", "***")]
)
def test_a_card_number(number: str, shown: str) -> None:
    assert masking.card(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王*明"), ("王明", "*明"), ("欧阳小明", "欧**明"), ("明", "*"), ("", "*")],
)
def test_a_name(name: str, shown: str) -> None:
    assert masking.name(name) == shown


@given(st.text("0123456789ABCX+@", max_size=30))
def test_at_least_half_of_a_number_is_never_shown(text: str) -> None:
    for mask in (masking.phone, masking.document, masking.card):
        shown = mask(text)
        if text:
            assert shown != text
    assert len(masking.document(text).replace("*", "")) <= len(text) / 2
