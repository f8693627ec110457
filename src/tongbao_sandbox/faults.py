"""Misbehaviour on demand: what the tax office should do wrong, for whom and how often."""

from threading import Lock
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

SECONDS_MAX = 600
TIMES_MAX = 1_000_000

Kind = Literal[
    "down",  # 503 with Retry-After
    "error",  # 500
    "silent",  # says nothing for `seconds`, then answers correctly
    "slow",  # starts at once, then dribbles a correct answer over `seconds`
    "cut_off",  # closes the connection in the middle of the answer
    "garbage",  # status 200, JSON that breaks off in the middle
    "malformed",  # valid JSON of the wrong shape: one amount is a number
    "wrong_totals",  # the control total of the amounts is one fen too high
    "truncated",  # each page leaves out its last invoice
    "repeat_page",  # each further page serves the first page's invoices again
    "endless",  # `next` is never null: the invoices come round again under new ids
    "flood",  # one page that goes on and on
    "other_taxpayer",  # answers with the invoices of another firm
]


def _whole(value: object) -> object:
    """Return 2.0 as 2: to JSON Schema both are the same integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Strikes = Annotated[int, Field(strict=True, ge=1, le=TIMES_MAX), BeforeValidator(_whole)]
_Passes = Annotated[int, Field(strict=True, ge=0, le=TIMES_MAX), BeforeValidator(_whole)]


class Fault(BaseModel):
    """One misbehaviour of the tax office."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"kind": "down", "times": 2}]},
    )

    kind: Kind
    registration_number: Annotated[
        str | None, Field(max_length=64, description="Only this taxpayer; null = all")
    ] = None
    times: Annotated[_Strikes | None, Field(description="Requests it strikes; null = all")] = None
    after: Annotated[_Passes, Field(description="Requests let through first")] = 0
    seconds: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=SECONDS_MAX,
            allow_inf_nan=False,
            description="For slow and silent",
        ),
    ] = 5.0


class Faults:
    """The faults set now: at most one for each taxpayer and one for all others."""

    def __init__(self) -> None:
        self._faults: dict[str | None, Fault] = {}
        self._lock = Lock()

    def put(self, fault: Fault) -> None:
        """Set a fault in place of the one set before for the same taxpayer (or for all)."""
        with self._lock:
            self._faults[fault.registration_number] = fault

    def clear(self) -> None:
        """Behave well again."""
        with self._lock:
            self._faults.clear()

    def current(self) -> list[Fault]:
        """Return what is set, with the counts that are left."""
        with self._lock:
            return list(self._faults.values())

    def strike(self, registration_number: str) -> Fault | None:
        """Count one request of a taxpayer; return the fault that strikes it, if one does."""
        with self._lock:
            key = registration_number if registration_number in self._faults else None
            fault = self._faults.get(key)
            if fault is None:
                return None
            if fault.after > 0:
                self._faults[key] = fault.model_copy(update={"after": fault.after - 1})
                return None
            if fault.times is not None:
                if fault.times == 1:
                    del self._faults[key]
                else:
                    self._faults[key] = fault.model_copy(update={"times": fault.times - 1})
            return fault
