"""Run by Alembic for each command; the connection and the tables come with the configuration."""

from alembic import context

from tongbao.infra.migrations.comparing import OPTIONS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    transaction_per_migration=True,
    **OPTIONS,  # type: ignore[arg-type]
)
with context.begin_transaction():
    context.run_migrations()
