import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from tongbao.kernel.money import CURRENCIES, MINOR_MAX, AmountTooPrecise, Money, Rate
from tongbao.kernel.money_schema import (
    AMOUNT_LENGTH_MAX,
    AMOUNT_PATTERN,
    AmountText,
    MoneyField,
    MoneySchema,
    RateField,
)


class Offer(BaseModel):
    limit: MoneyField
    annual_rate: RateField
    fee: MoneyField | None = None


OFFER = Offer(limit=Money(1250, "CNY"), annual_rate=Rate.percent("8"))
OFFER_JSON = {
    "limit": {"amount": "12.50", "currency": "CNY"},
    "annual_rate": "0.08",
    "fee": None,
}


def refusals(value: object) -> list[tuple[str, tuple[str | int, ...]]]:
    with pytest.raises(ValidationError) as refusal:
        MoneySchema.model_validate_json(json.dumps(value))
    return [(error["type"], error["loc"]) for error in refusal.value.errors()]


def test_the_shape_becomes_money_and_back() -> None:
    shape = MoneySchema.model_validate_json('{"amount": "12.5", "currency": "CNY"}')
    assert shape.to_money() == Money(1250, "CNY")
    assert MoneySchema.of(Money(1250, "CNY")).model_dump() == OFFER_JSON["limit"]


@pytest.mark.parametrize("amount", [12.5, 12, True, None, ["1"], {"minor": 1}])
def test_an_amount_is_text_never_a_number(amount: object) -> None:
    assert refusals({"amount": amount, "currency": "CNY"}) == [("string_type", ("amount",))]


def test_bytes_are_no_text() -> None:
    for value in ({"amount": b"1", "currency": "CNY"}, {"amount": "1", "currency": b"CNY"}):
        with pytest.raises(ValidationError):
            MoneySchema.model_validate(value)
    with pytest.raises(ValidationError):
        Offer.model_validate(OFFER_JSON | {"annual_rate": b"0.08"})


def test_each_refusal_has_its_code_and_place() -> None:
    assert refusals({"amount": "1e3", "currency": "CNY"}) == [
        ("money.malformed_amount", ("amount",)),
    ]
    assert refusals({"amount": "1", "currency": "cny"}) == [
        ("money.unknown_currency", ("currency",)),
    ]
    assert refusals({"amount": "1.0", "currency": "JPY"}) == [("money.amount_too_precise", ())]
    assert refusals({"amount": "9" * 18, "currency": "CNY"}) == [("money.amount_too_large", ())]
    assert refusals({"amount": "9" * 10_000, "currency": "CNY"}) == [("money.amount_too_large", ())]
    assert refusals({"amount": "1"}) == [("missing", ("currency",))]
    assert refusals({"amount": "1", "currency": "CNY", "x": 1}) == [("extra_forbidden", ("x",))]


def test_a_refusal_brings_the_error_itself_for_either_language() -> None:
    with pytest.raises(ValidationError) as refusal:
        MoneySchema(amount="12.345", currency="CNY")
    (found,) = refusal.value.errors()
    assert found["msg"] == "'12.345' has more than 2 decimals"
    error = found["ctx"]["error"]
    assert isinstance(error, AmountTooPrecise)
    assert error.facts == {"amount": "12.345", "scale": 2}
    assert error.say("zh") == "“12.345”的小数位超过 2 位"
    assert "12.345" in refusal.value.json()  # an error in the context does not break it


def test_braces_in_hostile_text_stay_text() -> None:
    with pytest.raises(ValidationError) as refusal:
        MoneySchema(amount="{zh}{0}{amount.__class__}", currency="CNY")
    assert "{amount.__class__}" in refusal.value.errors()[0]["msg"]


def test_fields_are_values_in_python_and_text_in_json() -> None:
    assert OFFER.limit == Money(1250, "CNY")
    assert OFFER.model_dump(mode="json") == OFFER_JSON
    assert json.loads(OFFER.model_dump_json()) == OFFER_JSON
    assert Offer.model_validate_json(json.dumps(OFFER_JSON)) == OFFER
    assert Offer.model_validate(OFFER_JSON) == OFFER


def test_money_inside_a_dataclass_has_the_same_shape() -> None:
    @dataclass(frozen=True)
    class Entry:
        amount: Money

    entries = TypeAdapter(list[Entry])
    text = entries.dump_json([Entry(Money(1250, "CNY"))])
    assert json.loads(text) == [{"amount": OFFER_JSON["limit"]}]
    assert entries.validate_json(text) == [Entry(Money(1250, "CNY"))]


@pytest.mark.parametrize(
    "change",
    [
        {"limit": {"minor": 1250, "currency": "CNY"}},
        {"limit": "12.50"},
        {"limit": 12.5},
        {"annual_rate": 0.08},
        {"annual_rate": 0},
        {"annual_rate": "8%"},
        {"annual_rate": {"trillionths": 1}},
    ],
)
def test_fields_take_no_other_form(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Offer.model_validate_json(json.dumps(OFFER_JSON | change))
    with pytest.raises(ValidationError):
        Offer.model_validate(OFFER_JSON | change)


def test_a_field_refuses_as_precisely_as_the_shape() -> None:
    """FastAPI validates parsed Python values; the reasons and places must be those of JSON."""
    wrong = OFFER_JSON | {"annual_rate": "8%", "limit": {"amount": "1.", "currency": "CNY"}}
    validations: list[Callable[[], Offer]] = [
        lambda: Offer.model_validate(wrong),
        lambda: Offer.model_validate_json(json.dumps(wrong)),
    ]
    for validate in validations:
        with pytest.raises(ValidationError) as refusal:
            validate()
        assert [(error["type"], error["loc"]) for error in refusal.value.errors()] == [
            ("money.malformed_amount", ("limit", "amount")),
            ("money.malformed_rate", ("annual_rate",)),
        ]


def test_the_json_schema_says_what_is_accepted() -> None:
    for mode in ("validation", "serialization"):
        schema = Offer.model_json_schema(mode=mode)
        money = schema["$defs"]["MoneySchema"]
        assert money["additionalProperties"] is False
        assert money["examples"] == [OFFER_JSON["limit"]]
        assert money["required"] == ["amount", "currency"]
        assert money["properties"]["amount"]["pattern"] == AMOUNT_PATTERN
        assert money["properties"]["amount"]["maxLength"] == AMOUNT_LENGTH_MAX
        assert money["properties"]["currency"]["enum"] == sorted(CURRENCIES)
        assert schema["properties"]["limit"]["$ref"] == "#/$defs/MoneySchema"
        rate = schema["properties"]["annual_rate"]
        assert rate["type"] == "string"
        assert re.search(rate["pattern"], "-0.0435")
        assert re.search(rate["pattern"], Rate(MINOR_MAX).text)


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("minor", [0, 1, -1, MINOR_MAX, -MINOR_MAX])
def test_whatever_is_accepted_matches_the_pattern(minor: int, currency: str) -> None:
    text = Money(minor, currency).text
    assert re.search(AMOUNT_PATTERN, text)
    assert len(text) <= AMOUNT_LENGTH_MAX


SAID = st.one_of(
    st.from_regex(AMOUNT_PATTERN, fullmatch=True),
    st.from_regex(r"[-+]?[0-9]{0,3}[.,]?[0-9]{0,4}[ e]?", fullmatch=True),
    st.sampled_from(["", "٣", "1_0", "-0", "9" * 20, "0." + "1" * 19]),
    st.integers(),
    st.none(),
    st.binary(max_size=2),
)


@given(
    document=st.dictionaries(
        st.sampled_from(["amount", "currency", "minor"]),
        st.one_of(SAID, st.sampled_from([*sorted(CURRENCIES)[:3], "JPY", "cny", "XXXX"])),
    )
)
def test_a_field_reads_what_the_shape_reads(document: dict[str, object]) -> None:
    """The short way of a well-made document is no other way."""

    def read(through: Callable[[], Money]) -> object:
        try:
            return through()
        except ValidationError as refused:
            return [(each["type"], each["loc"]) for each in refused.errors()]

    by_shape = read(lambda: MoneySchema.model_validate(document).to_money())
    by_field = read(lambda: TypeAdapter(MoneyField).validate_python(document))
    assert by_field == by_shape


def test_an_amount_alone_is_held_to_the_grammar() -> None:
    amount = TypeAdapter(AmountText)
    assert amount.validate_python("12.50") == "12.50"
    assert amount.validate_python("9" * 19) == "9" * 19
    for text in ("1.", "0." + "1" * 19, 12, 1.5):
        with pytest.raises(ValidationError):
            amount.validate_python(text)
