import pytest

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class ShelfEmpty(TongbaoError):
    code = "test.shelf_empty"
    kind = Kind.REFUSED
    title = Text(zh="货架已空", en="The shelf is empty")
    detail = Text(zh="第 {row} 排没有 {what}", en="Row {row} has no {what}")


class Plain(TongbaoError):
    code = "test.plain"
    title = Text(zh="不行", en="No")


def test_an_error_says_its_facts_in_both_languages() -> None:
    error = ShelfEmpty(row=3, what="rice")
    assert error.say("zh") == "第 3 排没有 rice"
    assert error.say("en") == "Row 3 has no rice"
    assert str(error) == "test.shelf_empty: Row 3 has no rice"
    assert error.facts == {"row": 3, "what": "rice"}


def test_a_fact_in_two_languages_is_said_in_the_one_asked_for() -> None:
    error = ShelfEmpty(row=3, what=Text(zh="大米", en="rice"))
    assert error.say("zh") == "第 3 排没有 大米"
    assert error.say("en") == "Row 3 has no rice"


def test_without_a_detail_the_title_speaks() -> None:
    assert Plain(extra=1).say("zh") == "不行"
    assert Plain.kind is Kind.INVALID


def test_braces_in_a_fact_stay_text() -> None:
    assert ShelfEmpty(row="{what}", what="{row.__class__}").say("en") == (
        "Row {what} has no {row.__class__}"
    )


def test_errors_are_caught_by_their_root() -> None:
    with pytest.raises(TongbaoError):
        raise ShelfEmpty(row=1, what="tea")
