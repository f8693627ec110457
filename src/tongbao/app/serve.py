"""The API under granian, with one worker process or several."""

from granian import Granian
from granian.constants import Interfaces, Loops

from tongbao.infra.metrics_directory import share_between_processes
from tongbao.infra.settings import Settings

BACKLOG = 1024


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    if settings.api_workers > 1:
        share_between_processes(settings.data_dir.resolve() / "metrics")
    Granian(
        "tongbao.app.main:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        workers=settings.api_workers,
        backlog=BACKLOG,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
    ).serve()
