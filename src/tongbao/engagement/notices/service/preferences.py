"""What a person chose: read, and changed as a whole."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.engagement.notices.domain import (
    DEFAULTS,
    Category,
    Channel,
    Preferences,
    Quiet,
)
from tongbao.engagement.notices.models import PreferenceRow
from tongbao.infra.db import ReadSession, WriteSession


async def preferences_of(tx: ReadSession, *, user_id: UUID) -> Preferences:
    """Return what a person chose; a category that is newer than the choice has its default."""
    row = await tx.scalar(
        select(PreferenceRow)
        .where(PreferenceRow.user_id == user_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return Preferences()
    chosen = {
        Category(name): frozenset(map(Channel, channels)) for name, channels in row.choices.items()
    }
    quiet = None
    if row.quiet_begins is not None:
        assert row.quiet_ends is not None
        assert row.quiet_zone is not None
        quiet = Quiet(row.quiet_begins, row.quiet_ends, row.quiet_zone)
    return Preferences(choices={**DEFAULTS, **chosen}, quiet=quiet)


async def change_preferences(
    tx: WriteSession, *, user_id: UUID, preferences: Preferences, at: datetime
) -> Preferences:
    """Put a person's choices in the place of what they were; return what holds now.

    A category that is left out keeps its default. Raises `PreferencesUnsuitable`.
    """
    quiet = preferences.quiet
    if quiet is not None:
        quiet.check()
    chosen = {
        category.value: sorted(channel.value for channel in channels)
        for category, channels in preferences.choices.items()
    }
    values = {
        "choices": chosen,
        "quiet_begins": None if quiet is None else quiet.begins,
        "quiet_ends": None if quiet is None else quiet.ends,
        "quiet_zone": None if quiet is None else quiet.zone,
        "changed_at": at,
    }
    new = insert(PreferenceRow).values(user_id=user_id, **values)
    await tx.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return await preferences_of(tx, user_id=user_id)
