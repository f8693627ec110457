"""Codes of tills and of sales: what we write we read, and what is not ours is refused."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.conftest import AT
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.lib import emvco
from tongbao.products.collecting.domain import errors
from tongbao.products.collecting.domain.links import new_token
from tongbao.products.collecting.domain.pay_codes import code_from, shown, step_of
from tongbao.products.collecting.domain.tills import SCHEME, Scanned, Till, code_of, read_code

TILL = Till(
    id=new_id(),
    party_id=new_id(),
    account_id=new_id(),
    currency="CNY",
    name="江南小铺",
    latin_name="JIANGNAN SHOP",
    latin_city="HANGZHOU",
    category_code="5411",
    opened_at=AT,
)
TOKEN = new_token()


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


def test_a_tills_code_leads_to_the_till() -> None:
    assert read_code(code_of(TILL)) == Scanned(TILL.id, None, None)
    assert emvco.decode(code_of(TILL)).dynamic is False


def test_a_sales_code_leads_to_the_sale() -> None:
    code = code_of(TILL, token=TOKEN, amount=cny("12.50"))
    assert read_code(code) == Scanned(TILL.id, TOKEN, cny("12.50"))
    assert emvco.decode(code).dynamic is True


@given(
    st.builds(
        replace,
        st.just(TILL),
        name=st.text(min_size=1, max_size=25).filter(lambda text: text.strip() == text),
        latin_name=st.text(
            st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=25
        ),
        category_code=st.from_regex(r"[0-9]{4}", fullmatch=True),
        currency=st.sampled_from(["CNY", "USD", "JPY"]),
    ),
    st.integers(1, 10**12),
)
def test_any_till_can_be_found_by_its_codes(till: Till, minor: int) -> None:
    try:
        amount = Money(minor, till.currency)
        codes = code_of(till), code_of(till, token=TOKEN, amount=amount)
    except emvco.QrMalformed:
        return  # too much for one code: `open_till` refuses such a till
    assert read_code(codes[0]) == Scanned(till.id, None, None)
    assert read_code(codes[1]) == Scanned(till.id, TOKEN, amount)


@given(st.integers(0, 200), st.characters(min_codepoint=32, max_codepoint=126))
def test_a_damaged_code_is_refused(place: int, letter: str) -> None:
    code = code_of(TILL, token=TOKEN, amount=cny("12.50"))
    place %= len(code)
    changed = code[:place] + letter + code[place + 1 :]
    if changed.upper() == code.upper():
        return
    with pytest.raises(emvco.QrMalformed):
        read_code(changed)


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(TongbaoError):
        read_code(text)


def qr(**facts: Any) -> str:
    """A code with a right checksum that we would not have written."""
    account = emvco.MerchantAccount(SCHEME, {"01": TILL.id.hex})
    usual = emvco.MerchantQr(
        accounts=(account,),
        category_code="5411",
        currency="CNY",
        country="CN",
        name="SHOP",
        city="HANGZHOU",
    )
    return emvco.encode(replace(usual, **facts))


REFERENCE = {emvco.Additional.REFERENCE_LABEL: TOKEN}
OTHER = (emvco.MerchantAccount("com.example.pay", {"01": "1"}),)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"accounts": OTHER}, errors.CodeNotOurs),
        ({"accounts": (emvco.MerchantAccount(SCHEME, {"01": "1"}),)}, errors.CodeAltered),
        ({"accounts": (emvco.MerchantAccount(SCHEME, {"02": "1"}),)}, errors.CodeAltered),
        ({"amount": cny("1.00")}, errors.CodeAltered),
        ({"tip": "asked"}, errors.CodeAltered),
        ({"dynamic": True}, errors.CodeAltered),
        ({"dynamic": True, "amount": cny("1.00")}, errors.CodeAltered),
        ({"dynamic": True, "additional": REFERENCE}, errors.CodeAltered),
        ({"amount": cny("1.00"), "additional": REFERENCE}, errors.CodeAltered),
    ],
)
def test_what_we_did_not_write_so_is_refused(
    facts: dict[str, object], refusal: type[TongbaoError]
) -> None:
    with pytest.raises(refusal):
        read_code(qr(**facts))


def test_a_shown_code_has_twenty_digits_whatever_its_tag() -> None:
    for tag in (bytes(32), b"\xff" * 32):
        assert len(code_from(tag)) == 20
        assert code_from(tag).startswith("70")
    code = shown(bytes(32), step=step_of(AT))
    assert (code.good_until - AT).total_seconds() == 60
    assert (code.next_at - AT).total_seconds() == 30
