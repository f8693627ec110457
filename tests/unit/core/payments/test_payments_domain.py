"""Rules of payment orders, without a database."""

import re
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.payments import domain
from tongbao.core.payments.domain.life import ARROWS
from tongbao.core.payments.schemas.paying import KindWord, StatusWord
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.risk.limits import service as limits


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("华东建材有限公司", "华东建材有限公司"),
        ("华东建材(集团)有限公司", "华东建材（集团）有限公司"),
        (" 华东 建材有限公司 ", "华东建材有限公司"),
        ("ACME Trading Co., Ltd.", "acme trading co.,ltd."),
        ("ＡＣＭＥ", "acme"),
        ("买买提·艾力", "买买提•艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("STRASSE", "Straße"),
    ],
)
def test_spellings_of_one_name(left: str, right: str) -> None:
    assert domain.same_name(left, right)
    assert domain.same_name(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("华东建材有限公司", "华东建材有限责任公司"),
        ("华东建材有限公司", "华东建村有限公司"),
        ("张伟", "张玮"),
        ("Acme", "Acme2"),
        ("买买提·艾力", "买买提艾力"),
        ("Acme-Ltd", "Acme Ltd"),
    ],
)
def test_different_names(left: str, right: str) -> None:
    assert not domain.same_name(left, right)


@given(st.text(min_size=1, max_size=30))
def test_a_name_is_the_same_as_itself_however_spaced(name: str) -> None:
    assert domain.same_name(name, f"  {name}\u3000")


@pytest.mark.parametrize(
    "text", ["INV-2026-0042", "A", "a b/c", "x" * 35, "/-?:().,'+ ".strip(" /")]
)
def test_end_to_end_ids_of_the_iso_character_set(text: str) -> None:
    assert domain.clean_end_to_end_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 36,
        "发票1",
        "a\n",
        "a_b",
        "a//b",
        "/a",
        "a/",
        " a",
        "a ",
        "a  b",
        "é",
        "a" * 34 + "!",
    ],
)
def test_other_end_to_end_ids_are_malformed(text: str) -> None:
    with pytest.raises(domain.EndToEndIdMalformed):
        domain.clean_end_to_end_id(text)


@given(st.text(max_size=40))
def test_the_pattern_of_the_api_is_the_rule_of_the_domain(text: str) -> None:
    fits = len(text) <= 35 and re.fullmatch(domain.END_TO_END_ID_PATTERN, text) is not None
    try:
        domain.clean_end_to_end_id(text)
    except domain.EndToEndIdMalformed:
        assert not fits
    else:
        assert fits


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [(None, None), ("", None), ("  ", None), (" 货款 ", "货款"), ("x" * 140,) * 2],
)
def test_remittance(text: str | None, cleaned: str | None) -> None:
    assert domain.clean_remittance(text) == cleaned


@pytest.mark.parametrize("text", ["x" * 141, "a\nb", "a\x00b", "a\u202eb", "a\u200bb", "a\u2028b"])
def test_a_remittance_nobody_can_read_is_malformed(text: str) -> None:
    with pytest.raises(domain.RemittanceMalformed):
        domain.clean_remittance(text)


@pytest.mark.parametrize("text", ["", " ", "x" * 141, "a\u202eb"])
def test_a_name_nobody_can_read_is_malformed(text: str) -> None:
    with pytest.raises(domain.CreditorNameMalformed):
        domain.clean_creditor_name(text)


@pytest.mark.parametrize("minor", [0, -1, -(10**15)])
def test_only_positive_amounts(minor: int) -> None:
    with pytest.raises(domain.AmountNotPositive):
        domain.check_amount(Money(minor, "CNY"))


@pytest.mark.parametrize(
    ("period", "iso_code"), [("transaction", "AM02"), ("day", "AM14"), ("24h", "AM14")]
)
def test_a_limit_of_one_payment_has_another_iso_code(period: str, iso_code: str) -> None:
    refusal = limits.LimitExceeded(
        rule=Text(zh="每日限额", en="A day"), rule_code="day", period=period, maximum="CNY 1.00",
        left="CNY 0.50",
    )  # fmt: skip
    reason = domain.reason_of(refusal)
    assert (reason.code, reason.iso_code) == ("limits.exceeded", iso_code)
    assert reason.text.en == "The limit 'A day' is CNY 1.00; CNY 0.50 is left"
    assert "每日限额" in reason.text.zh


def rejections(base: type[domain.Rejection] = domain.Rejection) -> list[type[domain.Rejection]]:
    return [kind for each in base.__subclasses__() for kind in (each, *rejections(each))]


@pytest.mark.parametrize("kind", rejections())
def test_every_rejection_has_an_iso_code_and_both_languages(kind: type[domain.Rejection]) -> None:
    refusal = kind(
        account_number="1",
        currency="USD",
        account_currency="CNY",
        maximum="CNY 50000000.00",
        fee="CNY 2.00",
        level=1,
        period="per_day",
        used="CNY 0.00",
    )
    reason = domain.reason_of(refusal)
    assert reason.code == kind.code
    assert re.fullmatch(r"A[BCGM]\d\d|BE01|NARR|NOOR", reason.iso_code)
    assert reason.text.zh != reason.text.en
    assert "{" not in reason.text.zh + reason.text.en


def test_a_refusal_of_the_ledger_keeps_its_own_code() -> None:
    class InsufficientFunds(TongbaoError):
        code = "ledger.insufficient_funds"

    assert domain.reason_of(InsufficientFunds()).iso_code == "AM04"
    assert domain.reason_of(InsufficientFunds()).code == "ledger.insufficient_funds"


def test_the_api_knows_every_kind_and_status() -> None:
    assert get_args(KindWord) == tuple(domain.Kind)
    assert get_args(StatusWord) == tuple(domain.Status)


def test_the_database_knows_the_same_arrows_as_the_domain() -> None:
    guards = files("tongbao.core.payments").joinpath("sql/guards.sql").read_text("utf-8")
    for before, after in ARROWS.items():
        found = re.search(rf"WHEN '{before}' THEN after (?:IN \(([^)]*)\)|= ('\w+'))", guards)
        words = "" if found is None else found[1] or found[2]
        assert set(re.findall(r"\w+", words)) == {each.value for each in after}, before
