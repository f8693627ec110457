"""Merchants' QR codes: the specification's own example, what we write, and what is refused."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.currencies import CURRENCIES
from tongbao.kernel.money import Money
from tongbao.kernel.rate import Rate
from tongbao.lib import emvco
from tongbao.lib.emvco import Additional, LocalName, MerchantAccount, MerchantQr

# EMVCo QR Code Specification for Payment Systems, merchant-presented mode 1.1, annex B.
EXAMPLE = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D156000000010308"
    "12345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京"
    "540523.7253031565502016233030412340603***0708A60086670902ME"
    "91320016A0112233449988770708123456786304A13A"
)
QR = MerchantQr(
    accounts=(MerchantAccount("cn.tongbao", {"01": "9900010000000000018"}),),
    category_code="5411",
    currency="CNY",
    country="CN",
    name="YUNFAN TRADING",
    city="HANGZHOU",
)


def test_the_example_of_the_specification() -> None:
    qr = emvco.decode(EXAMPLE)
    assert qr.dynamic
    assert qr.amount == Money.parse("23.72", "CNY")
    assert qr.tip == "asked"
    assert (qr.name, qr.city, qr.country, qr.category_code) == (
        "BEST TRANSPORT", "BEIJING", "CN", "4111",
    )  # fmt: skip
    assert qr.local == LocalName("ZH", "最佳运输", "北京")
    assert qr.account("D15600000000") == MerchantAccount("D15600000000", {"05": "A93FO3230Q"})
    assert qr.account("D15600000001") == MerchantAccount("D15600000001", {"03": "12345678"})
    assert qr.account("cn.tongbao") is None
    assert qr.additional == {
        Additional.STORE_LABEL: "1234",
        Additional.CUSTOMER_LABEL: "***",
        Additional.TERMINAL_LABEL: "A6008667",
        Additional.DATA_REQUEST: "ME",
    }


def test_every_currency_we_keep_has_its_number() -> None:
    assert emvco.NUMERIC.keys() == CURRENCIES.keys()
    assert len(set(emvco.NUMERIC.values())) == len(CURRENCIES)


TIPS: st.SearchStrategy[Literal["asked"] | None] = st.sampled_from([None, "asked"])
_printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=15)
_local = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=15)


@st.composite
def codes(draw: st.DrawFn) -> MerchantQr:
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    money = st.builds(Money, st.integers(1, 10**9), st.just(currency))
    shares = st.integers(1, 9999).map(lambda n: Rate.percent(f"{n // 100}.{n % 100:02d}"))
    return MerchantQr(
        accounts=tuple(
            draw(
                st.lists(
                    st.builds(
                        MerchantAccount,
                        _printable,
                        st.dictionaries(st.sampled_from(["01", "02", "99"]), _printable),
                    ),
                    min_size=1,
                    max_size=2,
                )
            )
        ),
        category_code=draw(st.from_regex(r"[0-9]{4}", fullmatch=True)),
        currency=currency,
        country=draw(st.from_regex(r"[A-Z]{2}", fullmatch=True)),
        name=draw(_printable),
        city=draw(_printable),
        dynamic=draw(st.booleans()),
        amount=draw(st.none() | money),
        tip=draw(st.one_of(TIPS, money, shares)),
        postal_code=draw(st.none() | st.just("310000")),
        additional=draw(st.dictionaries(st.sampled_from(Additional), _printable, max_size=3)),
        local=draw(st.none() | st.builds(LocalName, st.just("ZH"), _local, st.none() | _local)),
    )


@given(codes())
def test_what_is_written_is_read_back(qr: MerchantQr) -> None:
    assert emvco.decode(emvco.encode(qr)) == qr


@given(st.integers(0, len(EXAMPLE) - 1), st.characters(min_codepoint=32, max_codepoint=126))
def test_one_changed_character_is_noticed(place: int, character: str) -> None:
    changed = EXAMPLE[:place] + character + EXAMPLE[place + 1 :]
    if changed.upper() == EXAMPLE.upper():
        return
    with pytest.raises(emvco.QrMalformed):
        emvco.decode(changed)


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(emvco.QrMalformed):
        emvco.decode(text)


def sealed(row: str) -> str:
    """Give a row of objects its right checksum."""
    return row + "6304" + emvco._checksum(row + "6304")


GOOD = "00020126060002XX5204541153031565802CN5901A6001B"


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (GOOD.replace("000201", "000202"), "00"),
        (GOOD.replace("000201", ""), "00"),
        (GOOD.replace("5303156", "5303999"), "53"),
        (GOOD.replace("5802CN", "5802cn"), "58"),
        (GOOD.replace("52045411", "520454١1"), "52"),
        (GOOD.replace("5901A", ""), "59"),
        (GOOD + "54010", "54"),
        (GOOD + "54041e10", "54"),
        (GOOD + "54051.234", "54"),
        (GOOD + "5403-10", "54"),
        (GOOD + "5401.", "54"),
        (GOOD + "550204", "55"),
        (GOOD + "550202", "56"),
        (GOOD + "5502035704100.", "57"),
        (GOOD + "55020357010", "57"),
        (GOOD + "5901A", "59"),
        (GOOD + "6103", "61"),
        (GOOD + "6199AB", "61"),
        (GOOD + "62040105", "62.01"),
        (GOOD + "64060002ZH", "64.01"),
        (GOOD.replace("26060002XX", "26060102XX"), "26.00"),
        (GOOD.replace("26060002XX", ""), "26"),
    ],
)
def test_what_is_wrong_is_named(row: str, where: str) -> None:
    with pytest.raises(emvco.QrMalformed) as refused:
        emvco.decode(sealed(row))
    assert refused.value.facts["where"] == where


def test_the_plain_code_behind_those_is_good() -> None:
    assert emvco.decode(sealed(GOOD)).accounts == (MerchantAccount("XX", {}),)


def test_damage_is_told_from_another_kind_of_text() -> None:
    with pytest.raises(emvco.QrDamaged):
        emvco.decode(EXAMPLE.replace("23.72", "13.72"))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"accounts": ()}, "26"),
        ({"amount": Money.parse("1.00", "USD")}, "54"),
        ({"amount": Money.zero("CNY")}, "54"),
        ({"amount": Money(10**14, "CNY")}, "54"),
        ({"tip": Money.parse("1.00", "USD")}, "56"),
        ({"name": ""}, "59"),
        ({"name": "云帆"}, "59"),
        ({"city": "X" * 16}, "60"),
        ({"additional": {Additional.PURPOSE: "X" * 96}}, "62"),
    ],
)
def test_what_does_not_fit_is_not_written(changes: dict[str, object], where: str) -> None:
    fields = {name: getattr(QR, name) for name in QR.__slots__} | changes
    with pytest.raises(emvco.QrMalformed) as refused:
        emvco.encode(MerchantQr(**fields))
    assert refused.value.facts["where"] == where
