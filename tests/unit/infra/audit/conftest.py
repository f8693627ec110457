"""A trail of one's own, where tests look at all of it or spoil it as its owner."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture(loop_scope="session")
async def trail(urls: Urls) -> AsyncIterator[Database]:
    """A database whose trail is empty."""
    opened = Database.connect(urls.app, role=APP_ROLE)
    yield opened
    await opened.close()
