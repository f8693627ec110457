"""A day or a moment is one that somebody wrote, never a number taken for one."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tests.support.logs import own_logs
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


def inside(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from inside(inner)


def takes_a_number(field: FieldInfo) -> bool:
    whole: Any = field.annotation
    if field.metadata:
        whole = Annotated[whole, *field.metadata]
    for number in (0, "0"):
        try:
            TypeAdapter(whole).validate_python(number)
        except ValidationError:
            continue
        return True
    return False


def test_no_number_is_taken_for_a_day_or_a_moment() -> None:
    with own_logs():
        app = create_app(Settings(database_url="postgresql://unused"))
    seen: set[type[BaseModel]] = set()
    fields: dict[str, FieldInfo] = {}
    for context in iter_route_contexts(app.routes):
        if not isinstance(dependant := getattr(context, "dependant", None), Dependant):
            continue
        for each in inside(dependant):
            for parameter in (*each.path_params, *each.query_params, *each.body_params):
                shapes(parameter.field_info.annotation, seen)
                fields[f"{context.path_format} {parameter.name}"] = parameter.field_info
    for shape in seen:
        fields |= {f"{shape.__name__}.{name}": each for name, each in shape.model_fields.items()}
    dated = {
        name: field
        for name, field in fields.items()
        if {date, datetime} & set(within(field.annotation))
    }
    assert len(dated) > 20
    wrong = [name for name, field in dated.items() if takes_a_number(field)]
    assert not wrong, "\n".join(wrong)
