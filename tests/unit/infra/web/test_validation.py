from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from tongbao.infra.web import validation
from tongbao.infra.web.validation import describe
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text


class Colour(StrEnum):
    RED = "red"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    n: int


CASES: list[tuple[str, Any, Any, str, str]] = [
    ("missing", Inner, {}, "此项必填", "This is required"),
    ("extra_forbidden", Inner, {"n": 1, "x": 1}, "不认识此项", "There is no such member"),
    ("model_type", Inner, 1, "应为对象", "Must be an object"),
    ("string_type", str, 1, "应为字符串", "Must be a string"),
    (
        "string_too_short",
        Annotated[str, Field(min_length=3)],
        "a",
        "至少 3 个字符",
        "Must have at least 3 characters",
    ),
    (
        "string_too_long",
        Annotated[str, Field(max_length=1)],
        "ab",
        "最多 1 个字符",
        "Must have at most 1 characters",
    ),
    (
        "string_pattern_mismatch",
        Annotated[str, Field(pattern="^a{2}$")],
        "b",
        "须符合格式 ^a{2}$",
        "Must match the pattern ^a{2}$",
    ),
    ("int_type", int, [], "应为整数", "Must be an integer"),
    ("int_parsing", int, "x", "应为整数", "Must be an integer"),
    ("int_parsing_size", int, "9" * 5000, "整数过大", "The integer is too large"),
    ("int_from_float", int, 1.5, "应为整数，不能有小数", "Must be an integer without a fraction"),
    ("float_parsing", float, "x", "应为数字", "Must be a number"),
    ("decimal_parsing", Decimal, "x", "应为十进制数", "Must be a decimal number"),
    (
        "decimal_max_places",
        Annotated[Decimal, Field(decimal_places=2)],
        "1.234",
        "最多 2 位小数",
        "Must have at most 2 decimals",
    ),
    ("bool_parsing", bool, "x", "应为 true 或 false", "Must be true or false"),
    ("greater_than", Annotated[int, Field(gt=0)], 0, "须大于 0", "Must be greater than 0"),
    ("less_than_equal", Annotated[int, Field(le=9)], 10, "不得大于 9", "Must be at most 9"),
    ("uuid_parsing", UUID, "x", "应为 UUID", "Must be a UUID"),
    (
        "date_from_datetime_parsing",
        date,
        "x",
        "应为日期，如 2026-01-31",
        "Must be a date such as 2026-01-31",
    ),
    (
        "datetime_from_date_parsing",
        datetime,
        "x",
        "应为时间，如 2026-01-31T09:30:00Z",
        "Must be a time such as 2026-01-31T09:30:00Z",
    ),
    (
        "timezone_aware",
        AwareDatetime,
        "2026-01-31T00:00:00",
        "时间须带时区",
        "The time needs a time zone",
    ),
    (
        "timezone_naive",
        NaiveDatetime,
        "2026-01-31T00:00:00Z",
        "时间不得带时区",
        "The time must not have a time zone",
    ),
    ("enum", Colour, "blue", "须为下列之一：'red'", "Must be one of 'red'"),
    (
        "literal_error",
        Literal["a", "b"],
        "c",
        "须为下列之一：'a' or 'b'",
        "Must be one of 'a' or 'b'",
    ),
    ("list_type", list[int], 1, "应为数组", "Must be an array"),
    ("dict_type", dict[str, int], 1, "应为对象", "Must be an object"),
    (
        "too_long",
        Annotated[list[int], Field(max_length=1)],
        [1, 2],
        "最多 1 项",
        "Must have at most 1 items",
    ),
]


@pytest.mark.parametrize(("code", "kind", "value", "zh", "en"), CASES, ids=[c[0] for c in CASES])
def test_common_mistakes_are_said_in_both_languages(
    code: str, kind: Any, value: Any, zh: str, en: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    errors = [error | {"loc": ("body", *error["loc"])} for error in caught.value.errors()]
    assert describe(errors, "zh")[0]["code"] == code
    assert describe(errors, "zh")[0]["detail"] == zh
    assert describe(errors, "en")[0]["detail"] == en


def test_every_message_can_be_said_without_its_facts() -> None:
    for code in validation._MESSAGES:
        error = {"type": code, "loc": ("body", "a"), "msg": "said by pydantic"}
        for language in ("zh", "en"):
            detail = describe([error], language)[0]["detail"]
            assert detail
            assert "{" not in detail
            assert "pydantic" not in detail


def test_the_pointer_leads_to_the_place() -> None:
    error = {"type": "missing", "loc": ("body", "items", 2, "a/b~c"), "msg": ""}
    described = describe([error], "en")[0]
    assert described["location"] == "body"
    assert described["pointer"] == "/items/2/a~1b~0c"
    whole = describe([{"type": "missing", "loc": ("body",), "msg": ""}], "en")[0]
    assert whole["pointer"] == ""
    nowhere = describe([{"type": "missing", "loc": (), "msg": ""}], "en")[0]
    assert nowhere["location"] == "body"


class Even(BaseModel):
    n: int

    @field_validator("n")
    @classmethod
    def even(cls, value: int) -> int:
        if value % 2:
            msg = "odd"
            raise ValueError(msg)
        return value


def test_what_is_not_listed_falls_back_to_the_words_of_its_validator() -> None:
    with pytest.raises(ValidationError) as caught:
        Even(n=1)
    errors = RequestValidationError(caught.value.errors()).errors()
    assert describe(errors, "en")[0]["detail"] == "odd"
    assert describe(errors, "zh")[0]["detail"] == "不符合要求：odd"


class Odd(TongbaoError, ValueError):
    code = "till.odd"
    title = Text(zh="须为偶数", en="Must be even")


def test_an_error_of_ours_inside_a_validator_speaks_both_languages() -> None:
    error = {"type": "value_error", "loc": ("body", "n"), "msg": "", "ctx": {"error": Odd()}}
    assert describe([error], "zh")[0]["detail"] == "须为偶数"
    assert describe([error], "en")[0]["detail"] == "Must be even"


def test_the_input_is_never_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        Inner.model_validate({"n": "my password"})
    for language in ("zh", "en"):
        assert "password" not in str(describe(caught.value.errors(), language))


def test_the_list_is_bounded() -> None:
    error = {"type": "missing", "loc": ("body", "a"), "msg": ""}
    assert len(describe([error] * 1000, "zh")) == 100
