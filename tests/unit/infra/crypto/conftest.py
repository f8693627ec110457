"""A database of a test's own: rotations look at all keys there are."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.support.sealed import Sealings
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.app, role=APP_ROLE, pool_size=5)
    yield opened
    await opened.close()


@pytest.fixture
def sealings(urls: Urls) -> Sealings:
    return Sealings.create(urls.owner)
