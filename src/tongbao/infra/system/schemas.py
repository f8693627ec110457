"""API shapes of the platform's own state."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tongbao.infra.outbox import Lag
from tongbao.infra.system.reading import Answers, TaskView


class SystemShape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class TaskOut(SystemShape):
    """Jobs of one task that wait, run or have failed."""

    model_config = ConfigDict(
        title="Task",
        json_schema_extra={
            "examples": [
                {
                    "task": "reconciliation.fetch",
                    "waiting": 1,
                    "scheduled": 0,
                    "running": 0,
                    "failed": 0,
                    "waiting_seconds": 2,
                }
            ]
        },
    )

    task: str
    waiting: Annotated[int, Field(description="Could run now")]
    scheduled: Annotated[int, Field(description="Wait for a moment yet to come")]
    running: int
    failed: Annotated[int, Field(description="Given up in the last 14 days")]
    waiting_seconds: Annotated[int | None, Field(description="How long the longest could have run")]

    @classmethod
    def of(cls, task: TaskView, *, at: datetime) -> "TaskOut":
        """Return the shape of a task's jobs."""
        facts = asdict(task)
        oldest = facts.pop("oldest_at")
        since = None if oldest is None else max(0, round((at - oldest).total_seconds()))
        return cls.model_validate({**facts, "waiting_seconds": since})


class ConsumerOut(SystemShape):
    """How far a reader of events is behind."""

    model_config = ConfigDict(
        title="Consumer",
        json_schema_extra={
            "examples": [
                {"consumer": "notices", "events": 0, "seconds": 0, "failures": 0, "parked": 0}
            ]
        },
    )

    consumer: str
    events: Annotated[int, Field(description="Events not yet read, at most 100,000")]
    seconds: Annotated[int, Field(description="Age of the oldest of them")]
    failures: Annotated[int, Field(description="Failed attempts at the next one")]
    parked: Annotated[int, Field(description="Events put aside because they kept failing")]

    @classmethod
    def of(cls, lag: Lag) -> "ConsumerOut":
        """Return the shape of a lag."""
        return cls.model_validate({**asdict(lag), "seconds": round(lag.seconds)})


class AnswersOut(SystemShape):
    """How requests were answered since the API started."""

    model_config = ConfigDict(title="Answers")

    method: Annotated[str, Field(description="Empty in the sum of all")]
    route: str
    requests: int
    refused: Annotated[int, Field(description="Answered 4xx")]
    errors: Annotated[int, Field(description="Answered 5xx")]
    p50_ms: int
    p95_ms: int
    p99_ms: int

    @classmethod
    def of(cls, answers: Answers) -> "AnswersOut":
        """Return the shape of what was counted."""
        return cls.model_validate(asdict(answers))


class SystemOut(SystemShape):
    """The platform's own state."""

    model_config = ConfigDict(title="System")

    at: datetime
    started_at: datetime
    version: str
    workers: Annotated[int, Field(description="Workers heard of in the last 30 seconds")]
    heard_at: Annotated[datetime | None, Field(description="When a worker last was")]
    tasks: list[TaskOut]
    consumers: list[ConsumerOut]
    answers: AnswersOut
    routes: Annotated[list[AnswersOut], Field(description="The slowest first, at most 30")]
