from datetime import UTC, date, datetime

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from tongbao.kernel.date_schema import IsoDate, IsoMoment


class Shape(BaseModel):
    on: IsoDate | None


def test_an_iso_date_is_a_date() -> None:
    assert Shape.model_validate({"on": "2026-01-31"}).on == date(2026, 1, 31)
    assert Shape(on=date(2026, 1, 31)).model_dump_json() == '{"on":"2026-01-31"}'
    assert Shape.model_validate({"on": None}).on is None
    on = Shape.model_json_schema()["properties"]["on"]["anyOf"][0]
    assert on == {"type": "string", "format": "date"}


@pytest.mark.parametrize(
    "value",
    [
        0,
        1.0,
        True,
        "0",
        "1769817600",
        "20260131",
        "2026-1-31",
        "2026-01-32",
        "2026-02-29",
        "0000-01-01",
        "2026-01-31T00:00:00",
        " 2026-01-31",
        "２０２６-01-31",
        "",
        [],
        datetime(2026, 1, 31, tzinfo=UTC),
    ],
)
def test_nothing_else_is(value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        Shape.model_validate({"on": value})
    (error,) = raised.value.errors()
    assert error["type"].startswith("date_")


@pytest.mark.parametrize(
    "text", ["2026-01-31T08:00:00Z", "2026-01-31T08:00:00.123+08:00", "2026-01-31 08:00:00z"]
)
def test_a_moment_is_taken(text: str) -> None:
    assert TypeAdapter(IsoMoment).validate_python(text).tzinfo is not None


@pytest.mark.parametrize(
    "value",
    [
        0,
        0.5,
        "0.5",
        "2026-01-31",
        "2026-01-31T08:00:00",
        "2026-02-30T08:00:00Z",
        "0001-01-01T00:00:00+08:00",  # the year 0 in UTC
        "9999-12-31T23:59:59-08:00",
        "",
        None,
    ],
)
def test_anything_else_is_no_moment(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(IsoMoment).validate_python(value)
