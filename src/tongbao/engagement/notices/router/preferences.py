"""`/api/v1/notices/preferences`: how one wants to be told."""

from tongbao.engagement.notices import service
from tongbao.engagement.notices.domain import UsersOnly
from tongbao.engagement.notices.schemas import NoticePreferences
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import Instant, ReadTx, WriteTx, router

api = router(prefix="/api/v1/notices", tags=["notices"])


@api.get("/preferences", summary="How I am told")
async def read_preferences(tx: ReadTx, actor: CurrentActor) -> NoticePreferences:
    """Return the caller's choices: what they said, and the defaults for what they did not.

    Problems: `auth.unauthenticated`.
    """
    return NoticePreferences.of(await service.preferences_of(tx, user_id=actor.id))


@api.put("/preferences", summary="Choose how I am told")
async def change_preferences(
    body: NoticePreferences, tx: WriteTx, actor: CurrentActor, at: Instant
) -> NoticePreferences:
    """Put these choices in the place of the caller's earlier ones.

    Critical notices are sent whatever is chosen.

    Problems: `auth.unauthenticated`, `notices.preferences_unsuitable`, `notices.users_only`.
    """
    if actor.session_id is None:
        raise UsersOnly
    changed = await service.change_preferences(
        tx, user_id=actor.id, preferences=body.chosen(), at=at
    )
    return NoticePreferences.of(changed)
