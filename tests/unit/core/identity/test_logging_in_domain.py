"""Contacts in one spelling, codes, growing pauses, and when a password is enough."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.identity.domain.attempts import PAUSES, Scope
from tongbao.core.identity.domain.challenges import needed, proves
from tongbao.core.identity.domain.codes import new_code
from tongbao.core.identity.domain.contacts import (
    Channel,
    Contact,
    ContactMalformed,
    clean_contact,
    normal_contact,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("13800138000", "+8613800138000"),
        (" 138 0013-8000 ", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+1 (202) 555-0143", "+12025550143"),
    ],
)
def test_a_phone_has_one_spelling(text: str, meant: str) -> None:
    assert clean_contact(text) == Contact(Channel.PHONE, meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Zhang.Wei@Example.COM", "zhang.wei@example.com"),
        (" a+b@x-y.example.cn ", "a+b@x-y.example.cn"),
    ],
)
def test_an_email_address_has_one_spelling(text: str, meant: str) -> None:
    assert clean_contact(text) == Contact(Channel.EMAIL, meant)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "1380013800",
        "+86 10 8888 8888",
        "+0 123 456 789",
        "+1234567890123456",
        "１３８００１３８０００",
        "13800138000\r\nBcc: x",
        "a@b",
        "@example.com",
        "a@@example.com",
        "a b@example.com",
        "a@example.com\nBcc: x@example.com",
        "a@-example.com",
        "a@example..com",
        ".a@example.com",
        "张@example.com",
        "a@exаmple.com",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 250}.com",
        "x" * 10_000 + "@example.com",
        "a@example.com,b@example.com",
        "<a@example.com>",
    ],
)
def test_anything_else_is_no_contact(text: str) -> None:
    with pytest.raises(ContactMalformed):
        clean_contact(text)


@given(st.text(max_size=400))
def test_what_is_a_contact_is_its_own_spelling(text: str) -> None:
    contact = normal_contact(text)
    if contact is not None:
        assert normal_contact(contact.address) == contact


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_home_number_is_a_contact_with_and_without_its_prefix(number: str) -> None:
    assert clean_contact(number) == clean_contact(f"+86{number}") == clean_contact(f"0086{number}")


def test_codes_are_six_digits_and_seldom_the_same() -> None:
    codes = [new_code() for _ in range(200)]
    assert all(re.fullmatch(r"[0-9]{6}", code, re.ASCII) for code in codes)
    assert len(set(codes)) > 190


def test_pauses_grow_and_end() -> None:
    rules = PAUSES[Scope.ACCOUNT]
    pauses = [rules.after(n) // timedelta(minutes=1) for n in range(1, 14)]
    assert pauses == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert rules.after(10**9) == timedelta(minutes=30)


def test_a_known_device_never_waits_for_long() -> None:
    assert PAUSES[Scope.DEVICE].after(10**6) == timedelta(minutes=5)


@given(st.sampled_from(Scope), st.integers(0, 10_000))
def test_a_pause_never_shrinks_with_more_refusals(scope: Scope, refusals: int) -> None:
    rules = PAUSES[scope]
    assert rules.after(refusals) <= rules.after(refusals + 1) <= rules.longest


@pytest.mark.parametrize(
    ("factors", "known", "answer"),
    [
        ([], False, False),
        ([], True, False),
        (["otp_sms"], False, True),
        (["otp_sms"], True, False),
        (["otp_sms", "otp_email"], True, False),
        (["totp"], True, True),
        (["otp_sms", "passkey"], True, True),
        (["passkey"], False, True),
    ],
)
def test_when_a_password_is_not_enough(factors: list[str], *, known: bool, answer: bool) -> None:
    assert needed(factors, device_known=known) is answer


def test_both_kinds_of_codes_prove_the_same() -> None:
    assert [proves(each) for each in ("otp_sms", "otp_email", "totp", "passkey")] == [
        "otp",
        "otp",
        "totp",
        "passkey",
    ]
