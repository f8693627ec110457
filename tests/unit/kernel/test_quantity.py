from decimal import Decimal

import pytest

from tongbao.kernel.money import (
    MINOR_MAX,
    SCALE_MAX,
    AmountTooLarge,
    AmountTooPrecise,
    AssetMismatch,
    MalformedAmount,
    MalformedAsset,
    Money,
    Quantity,
    Rate,
    Rounding,
)


def units(text: str) -> Quantity:
    return Quantity.parse(text, "F:000001", 4)


def test_it_says_itself_in_every_form() -> None:
    quantity = Quantity(12345, "F:000001", 4)
    assert quantity == units("1.2345")
    assert quantity.text == "1.2345"
    assert quantity.decimal == Decimal("1.2345")
    assert str(quantity) == "F:000001 1.2345"
    assert str(Quantity.parse("80", "POINT", 0)) == "POINT 80"
    assert Quantity.zero("POINT", 0) == Quantity(0, "POINT", 0)


@pytest.mark.parametrize(
    ("asset", "scale"),
    [
        ("", 0),
        ("point", 0),
        ("1POINT", 0),
        ("POINT/0", 0),
        ("PO INT", 0),
        ("POINT\n", 0),
        ("积分", 0),
        ("P" * 33, 0),
        (None, 0),
        ("POINT", -1),
        ("POINT", SCALE_MAX + 1),
        ("POINT", True),
        ("POINT", 2.0),
        ("POINT", None),
    ],
)
def test_the_asset_and_its_scale_are_checked(asset: object, scale: object) -> None:
    with pytest.raises(MalformedAsset) as refusal:
        Quantity(1, asset, scale)  # type: ignore[arg-type]
    assert "{" not in refusal.value.say("zh")
    with pytest.raises(MalformedAsset):
        Quantity.parse("1", asset, scale)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.0, True, "1", None, Decimal(1)])
def test_only_a_whole_number_makes_a_quantity(value: object) -> None:
    with pytest.raises(TypeError):
        Quantity(value, "POINT", 0)  # type: ignore[arg-type]


def test_text_is_held_to_the_scale_and_range() -> None:
    with pytest.raises(AmountTooPrecise):
        units("1.23456")
    with pytest.raises(MalformedAmount):
        units("one")
    with pytest.raises(AmountTooLarge):
        Quantity.parse("10", "ETH", 18)
    with pytest.raises(AmountTooLarge):
        Quantity(MINOR_MAX, "POINT", 0) + Quantity(1, "POINT", 0)


def test_it_calculates_like_money() -> None:
    assert units("1") + units("0.5") == units("1.5")
    assert units("1") - units("1.5") == -units("0.5")
    assert units("1") * 3 == units("3")
    assert units("1") < units("1.0001")
    assert units("1").times(Rate.parse("0.33335"), rounding=Rounding.HALF_UP) == units("0.3334")
    assert units("1").split(3) == (units("0.3334"), units("0.3333"), units("0.3333"))


@pytest.mark.parametrize("other", [Quantity(1, "F:000002", 4), Quantity(1, "F:000001", 2)])
def test_other_assets_or_scales_neither_add_nor_compare(other: Quantity) -> None:
    with pytest.raises(AssetMismatch):
        units("1") + other
    with pytest.raises(AssetMismatch):
        units("1") < other  # noqa: B015 - it raises
    assert units("1") != other


def test_a_quantity_is_not_money() -> None:
    with pytest.raises(TypeError):
        Quantity(1, "CNY", 2) + Money(1, "CNY")  # type: ignore[operator]
