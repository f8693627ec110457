"""What every test may count on: a real PostgreSQL, no network, and honest skips.

One embedded server serves the whole run; each xdist worker has a database of its own, cloned from
a migrated one. `TONGBAO_TEST_DATABASE_URL` names another server to use instead (a login that may
create databases and roles).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy.engine import make_url
from xdist.remote import Producer
from xdist.scheduler.protocol import Scheduling

from tests.support import durations, network, standstill
from tests.support.browser import find_browser
from tests.support.documents import find_font
from tests.support.keys import FIELD_KEY, SECRET_KEY
from tests.support.logs import own_logs
from tests.support.measuring import spare_greenlets, spared
from tests.support.room import MEMORY, room
from tests.support.scheduling import ByFile, slowest_first
from tongbao.infra import crypto, keys, ocr
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import (
    APP_ROLE,
    DATABASE,
    EPHEMERAL_PREFIX,
    EmbeddedPostgres,
    Urls,
    sweep_ephemeral,
)
from tongbao.kernel.clock import now

TEMPLATE_LOCK = 7_003
ROOM = "TONGBAO_TEST_ROOM"

# The machine's load is no property of the code, so examples have no deadline. The quick ones are
# the same each time: a run says something about the change, and `deep` looks for new ones.
_SLOW_IS_FINE = [HealthCheck.too_slow]
settings.register_profile(
    "quick",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile(
    "deep", max_examples=300, deadline=None, suppress_health_check=_SLOW_IS_FINE
)
settings.load_profile(os.environ.get("TONGBAO_HYPOTHESIS", "quick"))

network.forbid()
network.read_authorities_once()
spare_greenlets()
keys.use(SECRET_KEY)
crypto.use(crypto.Given.of_text(FIELD_KEY, path="tests"))
os.environ["TONGBAO_FIELD_KEYS"] = FIELD_KEY  # for programs of ours that tests start


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(standstill)
    if not hasattr(config, "workerinput"):  # once, not in every worker
        for folder in (Path(gettempdir()), MEMORY):
            sweep_ephemeral(folder)
        os.environ[ROOM] = str(room())  # for the workers: they share one server


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    # xdist's own groups rest on changing a test's id, which this pytest no longer has.
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # the order is ours
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slowest_first(items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with spared(item):
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.getoption("durations"):
        durations.tell(terminalreporter)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("realdata") and not os.environ.get("TONGBAO_TEST_DATA_DIR"):
        pytest.skip("TONGBAO_TEST_DATA_DIR is not set")
    if item.get_closest_marker("ocr") and not (ocr.installed() and find_font()):
        if os.environ.get("TONGBAO_REQUIRE_BROWSER"):  # whoever installs the one has the fonts
            pytest.fail("no text recognition or no Chinese font", pytrace=False)
        pytest.skip("the extra `ocr` or a Chinese font is missing on this machine")
    if item.get_closest_marker("e2e") and find_browser() is None:
        if os.environ.get("TONGBAO_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, and TONGBAO_REQUIRE_BROWSER forbids to skip", pytrace=False)
        pytest.skip("no Chromium on this machine")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    with own_logs():
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real invoices; for tests marked `realdata`."""
    return Path(os.environ["TONGBAO_TEST_DATA_DIR"])


@pytest.fixture(scope="session")
def fresh_database(testrun_uid: str) -> Iterator[Callable[..., Urls]]:
    """Make a database of one's own; an empty one, or as another one is that nobody is using."""
    given = os.environ.get("TONGBAO_TEST_DATABASE_URL")
    made: list[str] = []
    with _given(given) if given else _embedded(testrun_uid) as urls_of:

        def make(*, migrated: bool = True, like: Urls | None = None) -> Urls:
            name = f"test_{token_hex(6)}"
            if like is None:
                _create(urls_of, name, migrated=migrated)
            else:
                original = make_url(like.owner).database
                assert original is not None
                admin = urls_of("postgres").owner
                _execute(admin, "CREATE DATABASE {} TEMPLATE {}", name, original)
            made.append(name)
            return urls_of(name)

        yield make
        if given:
            for name in made:
                _execute(urls_of("postgres").owner, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def _embedded(run: str) -> Iterator[Callable[[str], Urls]]:
    folder = Path(os.environ[ROOM]) / f"{EPHEMERAL_PREFIX}{run[:12]}"
    with EmbeddedPostgres(folder, ephemeral=True, fsync=False) as server:
        yield server.urls


@contextmanager
def _given(owner_url: str) -> Iterator[Callable[[str], Urls]]:
    def urls(database: str) -> Urls:
        url = make_url(owner_url).set(drivername="postgresql", database=database)
        app = url.update_query_dict({"options": f"-c role={APP_ROLE}"})
        owner_text, app_text = (u.render_as_string(hide_password=False) for u in (url, app))
        return Urls(owner=owner_text, app=app_text)

    with psycopg.connect(urls("postgres").owner, autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,))
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    yield urls


def _create(urls_of: Callable[[str], Urls], name: str, *, migrated: bool) -> None:
    """Create a database; one worker at a time, as a template must have no other user."""
    admin = urls_of("postgres").owner
    if not migrated:
        _execute(admin, "CREATE DATABASE {}", name)
        return
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        run_migrations(urls_of(DATABASE).owner)
        _write_keys(urls_of(DATABASE).app)
        _execute(admin, "CREATE DATABASE {} TEMPLATE {}", name, DATABASE)


def _write_keys(app_url: str) -> None:
    """Make the installation's own keys in the template, so that all databases have the same."""

    async def start() -> None:
        opened = Database.connect(app_url, role=APP_ROLE, pool_size=1)
        await crypto.start(opened, at=now())
        await opened.close()

    with ThreadPoolExecutor(1) as thread:  # whoever asks may be on a running loop
        thread.submit(asyncio.run, start()).result()


def _execute(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def _urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest.fixture(scope="session")
def owner_url(_urls: Urls) -> str:
    """Address of a migrated database of this worker's own, as its owner."""
    return _urls.owner


@pytest.fixture(scope="session")
def app_url(_urls: Urls) -> str:
    """Address of the same database, as the application's role."""
    return _urls.app


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(app_url: str) -> AsyncIterator[Database]:
    """The database as the application sees it. Tests make their own data; nothing is cleaned."""
    opened = Database.connect(app_url, role=APP_ROLE)
    await crypto.start(opened, at=now())
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def own_database(fresh_database: Callable[..., Urls]) -> AsyncIterator[Database]:
    """A database for this test alone: what it commits may hold for the whole bank."""
    opened = Database.connect(fresh_database().app, role=APP_ROLE)
    await crypto.start(opened, at=now())
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tx(database: Database) -> AsyncIterator[WriteSession]:
    """A transaction that is rolled back when the test ends."""
    async with WriteSession(database.engine, expire_on_commit=False) as session:
        await session.begin()
        yield session
        await session.rollback()
