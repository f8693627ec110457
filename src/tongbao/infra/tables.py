"""The one table registry, with the names that constraints and indexes get."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, MetaData, any_, literal
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every mapped table; a table's name starts with its module's name."""

    metadata = MetaData(naming_convention=CONVENTION)


def one_of(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column has one of some values, which are sent as one array.

    Unlike `column.in_(values)` it is the same statement for any number of them: PostgreSQL plans it
    once. None at all is no row.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))
