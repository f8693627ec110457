"""A day or a moment in a body is one that somebody wrote, never a number taken for one."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.support.bank import own_logs
from tongbao.app.main import create_app
from tongbao.infra.settings import Settings


def within(annotation: object) -> Iterator[object]:
    yield annotation
    for argument in get_args(annotation):
        yield from within(argument)


def shapes(annotation: object, seen: set[type[BaseModel]]) -> None:
    """Add every shape that `annotation` names, and those inside it, to `seen`."""
    for each in within(annotation):
        if isinstance(each, type) and issubclass(each, BaseModel) and each not in seen:
            seen.add(each)
            for field in each.model_fields.values():
                shapes(field.annotation, seen)


def bodies(dependant: Dependant) -> Iterator[object]:
    yield from (parameter.field_info.annotation for parameter in dependant.body_params)
    for inner in dependant.dependencies:
        yield from bodies(inner)


def takes_a_number(annotation: Any, metadata: list[Any]) -> bool:
    whole: Any = Annotated[annotation, *metadata] if metadata else annotation
    try:
        TypeAdapter(whole).validate_python(0)
    except ValidationError:
        return False
    return True


def test_no_body_takes_a_number_for_a_day_or_a_moment() -> None:
    with own_logs():
        app = create_app(Settings(database_url="postgresql://unused"))
    seen: set[type[BaseModel]] = set()
    for context in iter_route_contexts(app.routes):
        if isinstance(dependant := getattr(context, "dependant", None), Dependant):
            for body in bodies(dependant):
                shapes(body, seen)
    fields = {
        f"{shape.__name__}.{name}": takes_a_number(field.annotation, field.metadata)
        for shape in seen
        for name, field in shape.model_fields.items()
        if {date, datetime} & set(within(field.annotation))
    }
    assert len(fields) > 10
    assert [name for name, taken in fields.items() if taken] == []
