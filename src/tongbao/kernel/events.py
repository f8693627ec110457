"""Facts that happened, told to whoever listens through the outbox.

Events are named in the past tense, carry ids and facts (never personal data that the reader could
look up), and never change meaning: a new shape is a new `version`.
"""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

_Registry = dict[str, "type[Event]"]  # out here, for inside the class `type` is the event's name


class Event(BaseModel):
    """Base of all events. `type` is `module.fact`; `subject` orders events of one thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    version: ClassVar[int] = 1
    registry: ClassVar[_Registry] = {}

    @property
    def subject(self) -> str:
        """Return the id of the thing this event is about."""
        raise NotImplementedError

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        known = Event.registry.setdefault(cls.type, cls)
        if known is not cls:
            msg = f"event type {cls.type!r} is declared twice"
            raise TypeError(msg)
