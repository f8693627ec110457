"""What a database needs besides tables: functions and guards in SQL files, and the role's rights.

A module ships its SQL as `sql/*.sql` beside its `models`, run in the order of `SQL_FILES`; every
statement may be run again.
"""

from importlib.resources import files
from typing import Final

SQL_FILES: Final = (
    ("tongbao.infra.outbox", "sql/outbox.sql"),
    ("tongbao.core.ledger", "sql/accounts.sql"),
    ("tongbao.core.ledger", "sql/post.sql"),
    ("tongbao.core.ledger", "sql/guards.sql"),
    ("tongbao.core.agreements", "sql/guards.sql"),
)

GRANTS: Final = """
GRANT USAGE ON SCHEMA public TO tongbao_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tongbao_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tongbao_app;
"""


def sql_scripts() -> list[str]:
    """Return the texts of all SQL files, in order."""
    return [files(package).joinpath(path).read_text("utf-8") for package, path in SQL_FILES]
