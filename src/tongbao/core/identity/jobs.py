"""What is done about users later: telling them, and tidying up."""

from uuid import UUID

from tongbao.core.identity import service
from tongbao.infra import jobs

_places: list[service.PlacesGateway] = []


def locate_by(gateway: service.PlacesGateway) -> None:
    """Say by which gateway this process finds places."""
    _places[:] = [gateway]


@jobs.task(name="identity.look_at_log_in")
async def look_at_log_in(context: jobs.JobContext, *, session_id: str) -> None:
    """Tell a user of a log-in on a new device, from a new place, or after an impossible journey.

    The device needs nobody's help, so it is told of even while the place look-up is away.
    """
    async with context.database.write() as tx:
        seen = await service.find_log_in(tx, session_id=UUID(session_id))
        if seen is None:
            return
        await service.note_new_device(tx, seen=seen)
    if seen.located or not _places:
        return
    place = await _places[0].locate(seen.address)
    if place is None:
        return
    async with context.database.write() as tx:
        await service.note_place(tx, seen=seen, place=place)


@jobs.task(name="identity.note_reuse")
async def note_reuse(context: jobs.JobContext, *, user_id: str) -> None:
    """Tell a user that an old secret of a session was used, and the session ended."""
    async with context.database.write() as tx:
        await service.note(
            tx,
            user_id=UUID(user_id),
            kind=service.SecurityKind.SESSION_REUSED,
            facts={},
            at=context.at,
        )


@jobs.task(name="identity.note_refusals")
async def note_refusals(context: jobs.JobContext, *, user_id: str | None, address: str) -> None:
    """Tell a user that many log-ins were refused; do nothing where there is none.

    It is enqueued for logins that do not exist as well, so that the refusals take equally long.
    """
    if user_id is None:
        return
    async with context.database.write() as tx:
        await service.note_refusals(tx, user_id=user_id, address=address, at=context.at)


@jobs.task(name="identity.note_misplaced")
async def note_misplaced(context: jobs.JobContext, *, client_id: str, address: str) -> None:
    """Tell a firm that a token of its system was shown from outside the system's networks."""
    async with context.database.write() as tx:
        await service.tell_of_misplaced(
            tx, client_id=UUID(client_id), address=address, at=context.at
        )


@jobs.periodic(name="identity.complete_recoveries", cron="*/10 * * * *", audited=True)
async def complete_recoveries(context: jobs.JobContext) -> None:
    """Complete the recoveries that staff has begun and nobody has called off, one by one."""
    async with context.database.read() as look:
        due = await service.due_by_staff(look, at=context.at)
    for user_id in due:
        async with context.database.write() as tx:
            await service.complete_by_staff(tx, user_id=user_id, at=context.at)


@jobs.periodic(name="identity.purge", cron="23 * * * *", audited=True)
async def purge(context: jobs.JobContext) -> None:
    """Delete what is over: sessions, codes, challenges, counts of attempts."""
    async with context.database.write() as tx:
        await service.purge(tx, at=context.at)
