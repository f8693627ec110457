"""A trail of one's own, where tests look at all of it or spoil it as its owner."""

from collections.abc import AsyncIterator, Callable

import pytest_asyncio

from tests.support.audit_trail import AuditTrail, audit_trail
from tongbao.infra.postgres import Urls


@pytest_asyncio.fixture(loop_scope="session")
async def trail(fresh_database: Callable[..., Urls]) -> AsyncIterator[AuditTrail]:
    """A database whose trail is empty."""
    async with audit_trail(fresh_database) as made:
        yield made
