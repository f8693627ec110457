"""`tongbao privacy`: what is kept about whom, read off the tables."""

import json
from typing import Final

from tongbao.app import tables
from tongbao.infra import data_register
from tongbao.infra.tables import Base

_HEAD: Final = """\
# Register of data

Every column of every table: its class, how long it is kept, and how core data lie in the database.
Written by `tongbao openapi` from the declarations beside the tables; what the words mean is in
[privacy](privacy.md#register).

"""


def register() -> list[data_register.Entry]:
    """Return the register of this program's tables."""
    tables.load()
    return data_register.entries(Base)


def page() -> str:
    """Return docs/privacy-register.md."""
    return _HEAD + data_register.markdown(register())


def inventory(*, as_json: bool, as_markdown: bool) -> str:
    """Return the register as a text to print: a line for each column, JSON, or the page."""
    if as_markdown:
        return page()
    rows = [entry.as_json() for entry in register()]
    if as_json:
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    names = list(rows[0])
    width = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in names}
    lines = [names, *([str(row[name]) for name in names] for row in rows)]
    return "".join(
        "  ".join(text.ljust(width[name]) for name, text in zip(names, line, strict=True)).rstrip()
        + "\n"
        for line in lines
    )
