"""Looking at the keys of sealed fields before processes are started that need them."""

from tongbao.app import wiring
from tongbao.app.connect import connect
from tongbao.infra import crypto
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now


async def check_keys(settings: Settings) -> None:
    """Raise `FieldKeyUnusable`, `FieldKeyLost`, `KmsUnavailable` if the API could not work.

    A database that does not answer yet, or is not migrated yet, is for readiness to say.
    """
    wiring.connect_crypto(settings)
    database = connect(settings)
    try:
        await crypto.Starting(database).attempt(at=now())
    finally:
        await database.close()
