"""The API under granian, with one worker process or several."""

import asyncio
import gc
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces, Loops, SSLProtocols

from tongbao.infra.metrics_directory import share_between_processes
from tongbao.infra.settings import Settings
from tongbao.infra.stopping import also_at_stop
from tongbao.infra.tls import TlsFiles

if TYPE_CHECKING:
    from fastapi import FastAPI

BACKLOG = 1024
GARBAGE_MIN = 5_000
"""New containers before the collector looks for cycles. A request leaves hardly any behind."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first.

    With certificate and key it speaks TLS 1.3 and nothing older. Raises `TlsUnusable`, and what
    `check_keys` raises.
    """
    tls = None
    if settings.tls_certificate_file is not None:
        assert settings.tls_key_file is not None, "the settings give both or none"
        tls = TlsFiles.checked(settings.tls_certificate_file, settings.tls_key_file)
    if settings.api_workers > 1:
        share_between_processes(settings.data_dir.resolve() / "metrics")
    # Not before: it imports what counts.
    from tongbao.app.keys import check_keys  # noqa: PLC0415

    asyncio.run(check_keys(settings))
    Granian(
        "tongbao.app.serve:worker_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.auto,
        workers=settings.api_workers,
        backlog=BACKLOG,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        ssl_cert=tls.certificate if tls else None,
        ssl_key=tls.key if tls else None,
        ssl_protocol_min=SSLProtocols.tls13,
    ).serve()


def worker_app() -> "FastAPI":
    """Return the application of a worker process.

    What has been imported and built stays until the end: taken out of the collector's sight, it is
    not walked through again and again, which took a tenth of a busy worker's time.
    """
    # Not before `share_between_processes`: it must be first to know where metrics are counted.
    from tongbao.app.main import create_app  # noqa: PLC0415

    app = create_app()
    app.state.streams.at_stop = also_at_stop
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_MIN)
    return app
