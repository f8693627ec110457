"""Messages that are alerts."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_infra_message_kind"), "infra_message", type_="check")
    op.create_check_constraint(
        op.f("ck_infra_message_kind"), "infra_message", "kind IN ('code', 'notice', 'alert')"
    )
