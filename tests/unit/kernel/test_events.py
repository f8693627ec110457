from collections.abc import Iterator
from typing import ClassVar

import pytest
from pydantic import ValidationError

from tongbao.kernel.events import Event
from tongbao.kernel.money import Money


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    """Leave the registry of all event types as it was."""
    before = dict(Event.registry)
    yield
    Event.registry.clear()
    Event.registry.update(before)


def declare() -> type[Event]:
    class ParcelSent(Event):
        type: ClassVar[str] = "test.parcel_sent"
        parcel_id: str
        worth: Money

        @property
        def subject(self) -> str:
            return self.parcel_id

    return ParcelSent


def test_an_event_is_registered_by_its_type() -> None:
    sent = declare()
    assert Event.registry["test.parcel_sent"] is sent
    assert sent.version == 1


def test_a_type_is_declared_once() -> None:
    declare()
    with pytest.raises(TypeError, match=r"test\.parcel_sent"):
        declare()


def test_an_event_is_frozen_and_carries_only_its_facts() -> None:
    sent = declare()
    event = sent.model_validate({"parcel_id": "p1", "worth": Money(1250, "CNY")})
    assert event.subject == "p1"
    assert event.model_dump(mode="json") == {
        "parcel_id": "p1",
        "worth": {"amount": "12.50", "currency": "CNY"},
    }
    assert sent.model_validate_json(event.model_dump_json()) == event
    with pytest.raises(ValidationError):
        setattr(event, "parcel_id", "p2")  # noqa: B010 - its type is local to `declare`
    with pytest.raises(ValidationError):
        sent.model_validate({"parcel_id": "p1", "worth": Money.zero("CNY"), "more": 1})


def test_an_event_must_name_its_subject() -> None:
    class Nameless(Event):
        type: ClassVar[str] = "test.nameless"

    with pytest.raises(NotImplementedError):
        _ = Nameless().subject
