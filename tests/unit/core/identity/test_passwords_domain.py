"""Passwords that are too easy to guess, however they are dressed up."""

import pytest

from tongbao.core.identity.domain import PasswordCommon, PasswordTooWeak, clean_password
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.identity.domain.passwords import common_passwords, is_common


def test_the_list_is_long_and_in_one_spelling() -> None:
    known = common_passwords()
    assert len(known) > 2_000
    assert all(each == each.lower() and each.isascii() for each in known)


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "passwordpassword",
        "P@ssw0rd2024!!",
        "!!Password!!",
        "Password123456!",
        "Woaini1314520",
        "1qaz2wsx3edc",
        "qwertyuiopas",
        "abcdefghijkl",
        "zyxwvutsrqponm",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "12121212121212",
        "correct horse battery staple",
        "Correct-Horse_Battery.Staple",
        "letmein-letmein",
        "iloveyou5201314",
        "0987654321098765",
    ],
)
def test_everybodys_passwords_are_common(password: str) -> None:
    assert is_common(password)
    with pytest.raises(PasswordCommon):
        clean_password(password, login="somebody")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "bricks-and-mortar-8",
        "trust-but-verify-8",
        "zhuti-kuaizi-78-lan",
        "七个小矮人和一只蓝色茶壶",
        "kX9#mQ2$vL5p",
        "my dog eats tall lamps",
    ],
)
def test_words_that_have_nothing_to_do_with_each_other_are_not(password: str) -> None:
    assert clean_password(password, login="somebody") == password


@pytest.mark.parametrize("password", ["x" * 129, "a1b2c3", "", "\ud800" * 20])
def test_length_is_what_counts(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        clean_password(password, login="somebody")


def test_a_password_does_not_hold_what_one_logs_in_by() -> None:
    contacts = [clean_contact("13812345678"), clean_contact("zhangwei.shop@example.com")]
    for password in (
        "somebody was here",
        "call 12345678 please",
        "Zhangwei.Shop is mine",
    ):
        with pytest.raises(PasswordTooWeak):
            clean_password(password, login="somebody", contacts=contacts)
    assert clean_password("lamp post umbrella", login="somebody", contacts=contacts)
    short = [clean_contact("li@example.com")]
    assert clean_password("a little pelican", login="somebody", contacts=short)


def test_the_longest_password_is_looked_at_quickly() -> None:
    assert not is_common("".join(chr(0x4E00 + n) for n in range(128)))
