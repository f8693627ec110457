"""A dataclass that is made quickly is the dataclass it was."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from inspect import signature
from typing import Any

import pytest

from tongbao.kernel.records import quickly_made


@dataclass(frozen=True, slots=True)
class Plain:
    """As the library makes it."""

    number: int
    text: str | None = None
    many: dict[str, int] = field(default_factory=dict)


@quickly_made
@dataclass(frozen=True, slots=True)
class Quick:
    """The same, made quickly."""

    number: int
    text: str | None = None
    many: dict[str, int] = field(default_factory=dict)


@quickly_made
@dataclass(frozen=True, slots=True)
class Checked(Quick):
    """One that looks at what it was given, and has a field more."""

    more: int = 7

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError(self.number)


def test_it_takes_what_it_took() -> None:
    assert list(signature(Quick).parameters) == list(signature(Plain).parameters)
    for args, kwargs in [((1,), {}), ((1, "a"), {}), ((), {"number": 2, "many": {"b": 3}})]:
        quick, plain = Quick(*args, **kwargs), Plain(*args, **kwargs)  # type: ignore[arg-type]
        assert [getattr(quick, each.name) for each in fields(quick)] == [
            getattr(plain, each.name) for each in fields(plain)
        ]
        assert repr(quick) == repr(plain).replace("Plain", "Quick")


@pytest.mark.parametrize("wrong", [Quick, lambda: Quick(1, number=2)])  # type: ignore[misc]
def test_what_is_missing_or_given_twice_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=r"Quick\.__init__\(\)"):
        wrong()


def test_nothing_changes_it() -> None:
    made = Quick(1)
    assert type(made) is Quick
    with pytest.raises(FrozenInstanceError):
        made.number = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.text
    with pytest.raises((AttributeError, TypeError)):
        made.other = 1  # type: ignore[attr-defined]
    assert made == Quick(1)


def test_each_has_a_default_of_its_own() -> None:
    Quick(1).many["a"] = 1
    assert Quick(1).many == {}


def test_equal_ones_are_one() -> None:
    assert Quick(1, "a") == Quick(1, "a")
    assert Quick(1, "a") != Quick(1, "b")
    assert Checked(1) != Quick(1)


def _pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _pickled])
def test_copies_are_equal(copied: Callable[[Any], Any]) -> None:
    made = Checked(1, "a", {"b": 2}, more=3)
    assert copied(made) == made
    assert type(copied(made)) is Checked
    assert replace(made, number=4) == Checked(4, "a", {"b": 2}, 3)


def test_it_looks_at_what_it_was_given() -> None:
    with pytest.raises(ValueError, match="-1"):
        Checked(-1)
    with pytest.raises(ValueError, match="-1"):
        replace(Checked(1), number=-1)


def test_fields_that_are_no_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="derived"):

        @quickly_made
        @dataclass(frozen=True, slots=True)
        class _Derived:
            derived: int = field(init=False)

    with pytest.raises(TypeError, match="named"):

        @quickly_made
        @dataclass(frozen=True, slots=True)
        class _Named:
            named: int = field(kw_only=True)
