"""Alembic's environment: on the connection it is given, inside that transaction."""

from alembic import context

from tongbao.infra.migrations import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    compare_type=True,
    include_name=is_ours,
)
context.run_migrations()
