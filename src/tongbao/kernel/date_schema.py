"""Dates in API shapes: `"2026-01-31"` and nothing else.

pydantic by itself also takes numbers and digits for seconds since 1970, so that `0` would be a day.
"""

import re
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _check(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _ISO.fullmatch(value):
        return value
    raise PydanticCustomError("date_parsing", "Input should be a date in the format YYYY-MM-DD")


IsoDate = Annotated[date, BeforeValidator(_check)]
