"""What Alembic looks at when it compares tables as declared with tables as they are."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.sql.schema import SchemaItem

from tongbao.infra.migrations.history import FOREIGN_TABLES


def _ours(
    item: SchemaItem,  # noqa: ARG001 - Alembic's signature
    name: str | None,
    kind: str,
    reflected: bool,  # noqa: ARG001, FBT001
    other: SchemaItem | None,  # noqa: ARG001
) -> bool:
    return kind != "table" or not (name or "").startswith(FOREIGN_TABLES)


OPTIONS: Final[Mapping[str, object]] = {"compare_type": True, "include_object": _ours}
