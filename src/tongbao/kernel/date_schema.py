"""Dates and moments in API shapes: `"2026-01-31"`, `"2026-01-31T08:00:00Z"` and nothing else.

pydantic by itself also takes numbers and digits for seconds since 1970, so that `0` would be a day.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _check(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _ISO.fullmatch(value):
        return value
    raise PydanticCustomError("date_parsing", "Input should be a date in the format YYYY-MM-DD")


IsoDate = Annotated[date, BeforeValidator(_check)]


# RFC 3339: a date, a time and how far it is from UTC.
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _check_moment(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise PydanticCustomError(
        "datetime_parsing", "Input should be a moment in the format YYYY-MM-DDThh:mm:ssZ"
    )


def _in_utc(value: datetime) -> datetime:
    """Refuse the first and the last hours there are, which have no name in UTC."""
    try:
        value.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError(
            "datetime_parsing", "Input should be a moment between the years 1 and 9999 in UTC"
        ) from error
    return value


IsoMoment = Annotated[AwareDatetime, BeforeValidator(_check_moment), AfterValidator(_in_utc)]
