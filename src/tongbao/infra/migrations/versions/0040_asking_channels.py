"""What channels are asked beside payments: whose an account is, and for money back."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TABLES = ("channels_terms", "channels_rule")
_BEFORE = "'pay_out', 'collect', 'refund', 'verify_card'"


def upgrade() -> None:
    _set(f"{_BEFORE}, 'verify_account', 'recall'")


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"DELETE FROM {table} WHERE operation IN ('verify_account', 'recall')")  # noqa: S608
    _set(_BEFORE)


def _set(operations: str) -> None:
    for table in _TABLES:
        name = op.f(f"ck_{table}_operation")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"operation IN ({operations})")
