"""Which columns hold sealed values: said beside the columns, read by whoever rotates keys.

A table class says it together with the classes of its data::

    class DocumentRow(Base):
        __tablename__ = "parties_document"
        __sealed__ = (Sealed("number_sealed", owner="party_id", field="parties_document.number"),)

`seal` and `open` are called with that `field` and with the primary key as `row`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy.orm import DeclarativeBase

from tongbao.infra.tables import Base


@dataclass(frozen=True, slots=True)
class Sealed:
    """One column of sealed values.

    `owner` is the column with the id of whose record key seals them, or the id itself where all
    rows have one owner. `field` is the table's name and the column's unless it says otherwise.
    """

    column: str
    owner: str | UUID
    field: str = ""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values, with its table."""

    table: Table
    sealed: Column[bytes]
    row: Column[Any]
    owner: Column[UUID] | UUID
    field: str

    @property
    def name(self) -> str:
        """The table's name and the column's."""
        return f"{self.table.name}.{self.sealed.name}"


@dataclass(frozen=True, slots=True)
class Blind:
    """One column of blind tags, of the sealed column `of` beside it.

    `spelled` gives the one spelling that is tagged. A table says it as `__blind__`.
    """

    column: str
    of: str
    spelled: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class BlindColumn:
    """A column of blind tags, with the sealed values they are made of."""

    table: Table
    tag: Column[bytes]
    row: Column[Any]
    owner: Column[UUID]
    sealed: Column[bytes]
    of: str
    spelled: Callable[[str], str]

    @property
    def name(self) -> str:
        """The table's name and the column's."""
        return f"{self.table.name}.{self.tag.name}"

    @property
    def field(self) -> str:
        """What `blind` is called with."""
        return self.name


def blind_columns(base: type[DeclarativeBase] = Base) -> list[BlindColumn]:
    """Return every declared column of blind tags, by name; the tables must be imported."""
    sealed = {each.name: each for each in sealed_columns(base)}
    found = []
    for mapper in base.registry.mappers:
        table = mapper.local_table
        assert isinstance(table, Table)
        for each in getattr(mapper.class_, "__blind__", ()):
            of = sealed[f"{table.name}.{each.of}"]
            assert isinstance(of.owner, Column), "what is the installation's own is not looked up"
            found.append(
                BlindColumn(
                    table, table.c[each.column], of.row, of.owner, of.sealed, of.field, each.spelled
                )
            )
    return sorted(found, key=lambda each: each.name)


def sealed_columns(base: type[DeclarativeBase] = Base) -> list[SealedColumn]:
    """Return every declared column of sealed values, by name; the tables must be imported."""
    found = [each for mapper in base.registry.mappers for each in _of(mapper.class_)]
    return sorted(found, key=lambda each: each.name)


def _of(mapped: type[Any]) -> Iterator[SealedColumn]:
    declared: tuple[Sealed, ...] = getattr(mapped, "__sealed__", ())
    table: Table = mapped.__table__
    for each in declared:
        (row,) = table.primary_key.columns  # one column: it is what `row` is told
        yield SealedColumn(
            table=table,
            sealed=table.c[each.column],
            row=row,
            owner=each.owner if isinstance(each.owner, UUID) else table.c[each.owner],
            field=each.field or f"{table.name}.{each.column}",
        )
