"""What a database needs besides tables: functions and guards in SQL files, and the role's rights.

A module ships its SQL as `sql/*.sql` beside its `models`. The files are run in the order of
`SQL_FILES` whenever one of them or the tables changed, so every statement may be run again
(`CREATE OR REPLACE`, `IF NOT EXISTS`); what cannot be is a migration's business.
"""

from importlib.resources import files
from typing import Final

from tongbao.infra.postgres import APP_ROLE

SQL_FILES: Final = (
    ("tongbao.infra.crypto", "sql/guards.sql"),
    ("tongbao.infra", "sql/idempotency.sql"),
    ("tongbao.infra.outbox", "sql/outbox.sql"),
    ("tongbao.infra.audit", "sql/trail.sql"),
    ("tongbao.infra.proposals", "sql/guards.sql"),
    ("tongbao.risk.limits", "sql/reserve.sql"),
    ("tongbao.core.ledger", "sql/accounts.sql"),
    ("tongbao.core.ledger", "sql/settled.sql"),
    ("tongbao.core.ledger", "sql/periods.sql"),
    ("tongbao.core.ledger", "sql/arguments.sql"),
    ("tongbao.core.ledger", "sql/post_plain.sql"),
    ("tongbao.core.ledger", "sql/post_any.sql"),
    ("tongbao.core.ledger", "sql/post.sql"),
    ("tongbao.core.ledger", "sql/history.sql"),
    ("tongbao.core.ledger", "sql/spans.sql"),
    ("tongbao.core.ledger", "sql/days.sql"),
    ("tongbao.core.ledger", "sql/reports.sql"),
    ("tongbao.core.ledger", "sql/guards.sql"),
    ("tongbao.core.ledger", "sql/day_ends.sql"),
    ("tongbao.core.ledger", "sql/credit_many.sql"),
    ("tongbao.core.ledger", "sql/booked.sql"),
    ("tongbao.core.ledger", "sql/tree.sql"),
    ("tongbao.core.parties", "sql/guards.sql"),
    ("tongbao.core.parties", "sql/known.sql"),
    ("tongbao.core.accounts", "sql/known.sql"),
    ("tongbao.core.accounts", "sql/numbers.sql"),
    ("tongbao.core.accounts", "sql/interest.sql"),
    ("tongbao.core.accounts", "sql/guards.sql"),
    ("tongbao.core.agreements", "sql/guards.sql"),
    ("tongbao.core.approvals", "sql/guards.sql"),
    ("tongbao.core.sources", "sql/guards.sql"),
    ("tongbao.core.payments", "sql/guards.sql"),
    ("tongbao.core.payments", "sql/settle.sql"),
    ("tongbao.core.statements", "sql/guards.sql"),
    ("tongbao.core.reconciliation", "sql/judge.sql"),
    ("tongbao.core.payments", "sql/receipts.sql"),
    ("tongbao.products.lending", "sql/guards.sql"),
    ("tongbao.products.deposits", "sql/guards.sql"),
    ("tongbao.products.bulk", "sql/guards.sql"),
    ("tongbao.products.collecting", "sql/guards.sql"),
    ("tongbao.products.bills", "sql/guards.sql"),
)

# The application's role reads and writes every table; a module takes back in its own files what
# its tables do not allow. Logging in is for whoever is a member of the role.
# Functions with their owner's rights look in `public`, so nobody else may put anything there; a
# database from before PostgreSQL 15 would let everybody.
GRANTS: Final = f"""
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
"""


def sql_scripts() -> list[str]:
    """Return the texts of all SQL files, in order."""
    return [files(package).joinpath(path).read_text("utf-8") for package, path in SQL_FILES]
