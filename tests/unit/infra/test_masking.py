"""What nobody may read is made unreadable; what everybody needs stays as it is."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra.masking import ITEMS_MAX, TEXT_LENGTH_MAX, is_secret_name, mask, mask_text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("id 330102199003071234 ok", "id 3301**********1234 ok"),
        ("id 33010219900307123X ok", "id 3301**********123X ok"),
        ("身份证330102199003071234。", "身份证3301**********1234。"),
        ("uscc 91330106MA2CFT1X3P.", "uscc 9133**********1X3P."),
        ("card 6222021234567890123 done", "card 6222********0123 done"),
        ("card 6222 0212 3456 7890 done", "card 6222********7890 done"),
        ("card 6222-0212-3456-7890-123", "card 6222********0123"),
        ("call 13812345678 now", "call 138****5678 now"),
        ("call +86 138 1234 5678", "call 138****5678"),
        ("call 8613812345678", "call 138****5678"),
        ("电话：13812345678", "电话：138****5678"),
        ("to li.ming@example.com", "to l***@example.com"),
        ("to 13812345678@139.com.cn", "to 1***@139.com.cn"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("authorization: basic dTpw", "authorization: basic ***"),
        ("postgresql://app:s3cret@db/tongbao", "postgresql://app:***@db/tongbao"),
        ("postgresql://app:p@ss@db/tongbao", "postgresql://app:***@db/tongbao"),
        ("?token=abc&x=1", "?token=***&x=1"),
        ('{"password": "a b c", "x": 1}', '{"password": ***, "x": 1}'),
        ("User(password_hash='x', pwd='y')", "User(password_hash='x', pwd=***)"),
        ("two 13812345678 13912345678", "two 138****5678 139****5678"),
    ],
)
def test_values_are_masked_by_their_shape(said: str, shown: str) -> None:
    assert mask_text(said) == shown


@pytest.mark.parametrize(
    "text",
    [
        "order 2026112100001",
        "2026-11-21T21:11:18.123456+00:00",
        "550e8400-e29b-41d4-a716-446655440000",
        "018f1234-5678-7123-8123-a13812345678",  # eleven digits like a phone number's
        "sha256 " + "13812345678a" * 5 + "1381",
        "CNY 1234567890.12",
        "12345678901",  # eleven digits, no mobile number
        "secretary@",
        "a@b",
        "余额不足",
    ],
)
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "Authorization",
        "access_token",
        "accessToken",
        "set-cookie",
        "X-Api-Key",
        "private_key",
        "PIN",
        "client_secret",
        "TONGBAO_TAX_OFFICE_TOKEN",
    ],
)
def test_values_are_hidden_by_their_name(name: str) -> None:
    assert mask(name, "x") == "***"
    assert mask("outer", {"inner": [{name: ["x"], "fine": "y"}]}) == {
        "inner": [{name: "***", "fine": "y"}]
    }


@pytest.mark.parametrize("name", ["footprint", "shipping", "spinning", "key", "api", "idempotency"])
def test_other_names_hide_nothing(name: str) -> None:
    assert not is_secret_name(name)


def test_values_become_plain() -> None:
    event = {
        "none": None,
        "yes": True,
        "small": 42,
        "phone": 13812345678,
        "id": UUID(int=1),
        "raw": b"secret",
        "many": set(range(3)),
        "13812345678": "key",
    }
    assert mask("event", event) == {
        "none": None,
        "yes": True,
        "small": 42,
        "phone": "138****5678",
        "id": str(UUID(int=1)),
        "raw": "<6 bytes>",
        "many": [0, 1, 2],
        "138****5678": "key",
    }


def test_sizes_are_bounded() -> None:
    deep: list[object] = []
    deep.append(deep)
    assert "***" in json.dumps(mask("deep", deep))
    assert len(mask_text("x" * 10 * TEXT_LENGTH_MAX)) < TEXT_LENGTH_MAX + 40
    many = mask("many", list(range(10 * ITEMS_MAX)))
    assert isinstance(many, list)
    assert len(many) == ITEMS_MAX


def test_a_value_that_cannot_be_shown_stops_nothing() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError

    assert mask("value", Hostile()) == "<Hostile>"


@given(st.text(), st.integers(13000000000, 19999999999))
def test_no_phone_number_survives_whatever_stands_around_it(around: str, number: int) -> None:
    shown = mask_text(f"{around} {number} {around}")
    assert str(number) not in shown or str(number) in around


@given(st.text(alphabet="0123456789 @:=/-+.abct\"'", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once).count("*") >= once.count("*")
