"""Frozen dataclasses that are made by the thousand."""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def quickly_made(frozen: Class) -> Class:
    """Return a frozen dataclass with slots, with a constructor that costs less than half.

    The constructor of a frozen dataclass goes around the class's own refusal to change anything,
    with a call for each field: 4.7 µs for 26 of them, where one that is not frozen takes 1.7. Here
    an instance is of a subclass that refuses nothing while it is made: 2.0 µs. Above `@dataclass`::

        @quickly_made
        @dataclass(frozen=True, slots=True)
        class Use: ...

    What is made, compared, copied and refused is as before. Raises `TypeError` for fields that are
    not simply arguments (`init=False`, `kw_only=True`).
    """
    becoming = type(
        frozen.__name__,
        (frozen,),
        # Both: they are one slot of the type, which is as fast as an open class's only with both.
        {
            "__slots__": (),
            "__setattr__": object.__setattr__,
            "__delattr__": object.__delattr__,
        },
    )
    names: dict[str, Any] = {
        "become": object.__setattr__,
        "becoming": becoming,
        "frozen": frozen,
        "MISSING": MISSING,
    }
    arguments, lines = ["self"], ["become(self, '__class__', becoming)"]
    for field in fields(frozen):
        argument, value = _argument_and_value(field, names)
        arguments.append(argument)
        lines.append(f"self.{field.name} = {value}")
    lines.append("self.__class__ = frozen")
    if hasattr(frozen, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "\n    ".join(lines)
    exec(f"def __init__({', '.join(arguments)}):\n    {body}", names)  # noqa: S102 - of names of fields
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{frozen.__qualname__}.__init__"
    made.__annotations__ = frozen.__init__.__annotations__  # type: ignore[misc]
    frozen.__init__ = made  # type: ignore[misc]
    return frozen


def _argument_and_value(field: "Field[Any]", names: dict[str, Any]) -> tuple[str, str]:
    """Return how a field is declared and what it is set to; what that names goes into `names`."""
    name = field.name
    if field.kw_only or not field.init:
        msg = f"{name} is not simply an argument"
        raise TypeError(msg)
    if field.default_factory is not MISSING:
        names[f"new_{name}"] = field.default_factory
        return f"{name}=MISSING", f"new_{name}() if {name} is MISSING else {name}"
    if field.default is not MISSING:
        names[f"default_{name}"] = field.default
        return f"{name}=default_{name}", name
    return name, name
