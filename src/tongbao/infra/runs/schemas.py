"""API shapes of runs."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.infra.runs.reading import RunView, StepView
from tongbao.infra.runs.registry import Startable
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.text import Language

_NAME = "end_of_day"
_DAY = "2026-11-21"


class RunShape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class RunStepOut(RunShape):
    """A step of a run."""

    model_config = ConfigDict(
        title="RunStep",
        json_schema_extra={
            "examples": [
                {
                    "name": "accounts.accrue",
                    "status": "done",
                    "items": 1_000_000,
                    "pieces": 51,
                    "started_at": "2026-11-21T16:03:01Z",
                    "finished_at": "2026-11-21T16:03:14Z",
                    "seconds": 13.2,
                    "error": None,
                }
            ]
        },
    )

    name: str
    status: Literal["waiting", "running", "failed", "done"]
    items: Annotated[int, Field(description="What its pieces have done so far, in its own units")]
    pieces: Annotated[int, Field(description="Pieces committed so far")]
    started_at: datetime | None
    finished_at: datetime | None
    seconds: Annotated[float | None, Field(description="From start to finish, breaks included")]
    error: Annotated[str | None, Field(description="Why it failed; it goes on when started again")]

    @classmethod
    def of(cls, step: StepView) -> "RunStepOut":
        """Return the shape of a step."""
        taken = _seconds(step.started_at, step.finished_at)
        return cls.model_validate({**asdict(step), "seconds": taken})


class RunOut(RunShape):
    """A run for a day, and its steps in order."""

    model_config = ConfigDict(title="Run")

    id: UUID
    name: str
    day: date
    status: Literal["running", "failed", "done"]
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    steps: list[RunStepOut]

    @classmethod
    def of(cls, run: RunView) -> "RunOut":
        """Return the shape of a run."""
        facts = {
            **asdict(run),
            "seconds": _seconds(run.started_at, run.finished_at),
            "steps": [RunStepOut.of(step) for step in run.steps],
        }
        return cls.model_validate(facts)


class RunWish(RunShape):
    """Work to be done, for the days up to one or for every day that is missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": _NAME, "day": None}]})

    name: Annotated[str, Field(min_length=1, max_length=100)]
    day: Annotated[IsoDate | None, Field(description="The last day to do; null: yesterday")] = None


class RunStarted(RunShape):
    """A worker does it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": _NAME, "title": "End of day", "day": _DAY}],
        }
    )

    name: str
    title: str
    day: date | None

    @classmethod
    def of(cls, work: Startable, day: date | None, language: Language) -> "RunStarted":
        """Return the shape of what was started."""
        return cls(name=work.name, title=work.title.say(language), day=day)


def _seconds(started: datetime | None, finished: datetime | None) -> float | None:
    if started is None or finished is None:
        return None
    return (finished - started).total_seconds()
