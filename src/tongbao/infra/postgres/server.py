"""One data folder and the server that serves it.

Several processes may use one folder. Each holds a shared file lock while it does, and the last one
to stop takes the server down. A killed process loses its lock by itself: it may leave the server
running, but the next start finds it and the next stop ends it.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Final, LiteralString, Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from tongbao.infra.postgres.configuration import (
    APP_ROLE,
    APP_TRANSACTION_TIMEOUT,
    DATABASE,
    INITDB,
    OWNER,
    configuration,
)
from tongbao.infra.postgres.errors import EmbeddedPostgresFailed
from tongbao.infra.postgres.memory import memory_mib
from tongbao.infra.postgres.programs import Programs, make_folder

START_TIMEOUT_S: Final = 300  # crash recovery replays the log first, which may take minutes
START_ATTEMPTS: Final = 5
ANSWER_TIMEOUT_S: Final = 10
STOP_TIMEOUT_S: Final = 60
STOP_POLL_S: Final = 0.05
SOCKET_PATH_LENGTH_MAX: Final = 100  # bytes; macOS allows 103, Linux 107
LOG_BYTES_MAX: Final = 10_000_000
EPHEMERAL_PREFIX: Final = "tongbao-postgres-"


@dataclass(frozen=True, slots=True)
class Urls:
    """Where a database is: for its owner (migrations) and for the application's role."""

    owner: str
    app: str


class EmbeddedPostgres:
    """The server of `data_dir`, whoever started it.

    `ephemeral` keeps the data in a temporary folder that goes when the last user stops. `fsync`
    off is for tests whose subject is not durability: a power cut may then destroy the data.
    """

    def __init__(
        self, data_dir: Path | None = None, *, ephemeral: bool = False, fsync: bool = True
    ) -> None:
        if data_dir is None:
            if not ephemeral:
                msg = "a server that keeps its data needs a data folder"
                raise ValueError(msg)
            data_dir = Path(tempfile.mkdtemp(prefix=EPHEMERAL_PREFIX))
        self.data_dir = data_dir.resolve()
        self.folder = self.data_dir / "postgres"
        self.ephemeral = ephemeral
        self.fsync = fsync
        self._programs = Programs()
        self._use: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Urls:
        """Start the server unless it runs, and return where it is; harmless to repeat.

        Waits up to `START_TIMEOUT_S` while the server recovers from a crash.
        """
        make_folder(self.data_dir)
        with self._turn():
            self._hold()
            try:
                self._programs.prepare(self.data_dir)
                self._initialise()
                self._run_server()
                self._create_database()
            except BaseException:
                self._release()
                raise
        return self.urls()

    def stop(self) -> None:
        """Give up the server; the last user takes it down. Harmless to repeat."""
        if self._use is None or not self.data_dir.exists():
            self._release()
            return
        with self._turn():
            last = self._is_last_user()
            self._release()
            if last:
                self._stop_server()
                if self.ephemeral:
                    shutil.rmtree(self._socket_dir, ignore_errors=True)
                    shutil.rmtree(self.data_dir, ignore_errors=True)

    def urls(self, database: str = DATABASE) -> Urls:
        """Return the addresses of `database` on this server."""
        place = f"/{quote(database)}?host={quote(str(self._socket_dir), safe='')}"
        return Urls(owner=f"postgresql://{OWNER}@{place}", app=f"postgresql://{APP_ROLE}@{place}")

    @property
    def pid(self) -> int | None:
        """The process id of the running server, whoever started it."""
        pid = self._noted_pid
        try:
            # A server works in its data folder; another program may have got its old id by now.
            return pid if pid and psutil.Process(pid).cwd() == str(self.folder) else None
        except psutil.Error:
            return None

    @property
    def _noted_pid(self) -> int | None:
        try:
            return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    @property
    def _socket_dir(self) -> Path:
        """The data folder itself, or a short path for it where that is too long for a socket."""
        if len(os.fsencode(self.folder)) + len("/.s.PGSQL.5432.lock") <= SOCKET_PATH_LENGTH_MAX:
            return self.folder
        tag = sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path("/tmp") / f"tongbao-{os.geteuid()}-{tag}"  # noqa: S108 - made 0700 and checked

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one process at a time start or stop the server of this folder."""
        with (self.data_dir / "postgres.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _hold(self) -> None:
        """Count as a user of the server until `_release` or the end of the process."""
        if self._use is None:
            self._use = (self.data_dir / "postgres.users").open("ab")
            fcntl.flock(self._use, fcntl.LOCK_SH)

    def _is_last_user(self) -> bool:
        assert self._use is not None
        try:
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(self) -> None:
        if self._use is not None:
            self._use.close()
            self._use = None

    def _initialise(self) -> None:
        """Create the cluster in a folder of its own first, so that no half of one is ever used."""
        if not (self.folder / "PG_VERSION").exists():
            unfinished = self.data_dir / "postgres.part"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            self._programs.give(unfinished)
            careless = [] if self.fsync else ["--no-sync"]
            self._programs.run("initdb", *INITDB, *careless, f"--pgdata={unfinished}")
            with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as main:
                main.write("include = 'tongbao.conf'\n")
            (unfinished / "tongbao.conf").touch()
            unfinished.rename(self.folder)
        file = self.folder / "tongbao.conf"
        text = configuration(fsync=self.fsync, memory_mib=memory_mib())
        file.write_text(text, encoding="utf-8")
        self._programs.give(file)

    def _run_server(self) -> None:
        socket_dir = self._socket_dir
        if socket_dir != self.folder:
            socket_dir.mkdir(mode=0o700, exist_ok=True)
            self._programs.give(socket_dir)
            if socket_dir.is_symlink() or socket_dir.stat().st_mode & 0o077:
                raise EmbeddedPostgresFailed(reason=f"{socket_dir} is open to other users")
        for attempt in range(START_ATTEMPTS):
            if self.pid is None:  # else it was perhaps left running by a process that was killed
                self._forget_reused_pid()
                try:
                    self._start_server()
                except EmbeddedPostgresFailed:
                    # Children of a killed server need a moment to notice.
                    if attempt == START_ATTEMPTS - 1:
                        raise
                    time.sleep(1)
                    continue
            if self._becomes_ready():
                return
        raise self._no_answer

    def _start_server(self) -> None:
        log = self.folder / "log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.rename(self.folder / "log.old")
        self._programs.run(
            "pg_ctl",
            "start",
            "--wait",
            f"--timeout={START_TIMEOUT_S}",
            f"--pgdata={self.folder}",
            f"--log={log}",
            f"--options=-k '{self._socket_dir}'",
        )

    def _forget_reused_pid(self) -> None:
        """Drop the note of a dead server whose process id belongs to another program by now.

        PostgreSQL takes that program for a running server and would never start again (seen when
        a container restarts). The note is left alone while any child of the old server lives.
        """
        pid = self._noted_pid
        if pid is not None and psutil.pid_exists(pid):
            places = {process.info["cwd"] for process in psutil.process_iter(["cwd"])}
            if str(self.folder) not in places:
                (self.folder / "postmaster.pid").unlink()

    def _becomes_ready(self) -> bool:
        """Connect once; False when the server is gone: one found running may be about to end."""
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < give_up_at:
            try:
                psycopg.connect(
                    self.urls("postgres").owner, connect_timeout=ANSWER_TIMEOUT_S
                ).close()
            except psycopg.OperationalError:
                if self.pid is None:
                    return False
                time.sleep(1)
            else:
                return True
        raise self._no_answer

    @property
    def _no_answer(self) -> EmbeddedPostgresFailed:
        reason = f"no answer from the server; see {self.folder / 'log'}"
        return EmbeddedPostgresFailed(reason=reason)

    def database(self, name: str) -> Urls:
        """Return the addresses of a further database on the running server, made if need be."""
        with psycopg.connect(self.urls("postgres").owner, autocommit=True) as connection:
            if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", name):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.urls(name)

    def _create_database(self) -> None:
        with psycopg.connect(self.urls("postgres").owner, autocommit=True) as connection:
            if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", APP_ROLE):
                connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
            connection.execute(
                f"ALTER ROLE {APP_ROLE} SET transaction_timeout = '{APP_TRANSACTION_TIMEOUT}'"
            )
        self.database(DATABASE)

    def _stop_server(self) -> None:
        """Shut down "fast": the clients' sessions end, what was committed is on disk.

        What is thrown away right after is not written first: "immediate".
        """
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGQUIT if self.ephemeral else signal.SIGINT)
        for _ in range(int(STOP_TIMEOUT_S / STOP_POLL_S)):
            if self.pid is None:
                return
            time.sleep(STOP_POLL_S)
        raise EmbeddedPostgresFailed(reason=f"the server (process {pid}) does not stop")


def sweep_ephemeral(parent: Path | None = None) -> None:
    """Remove the ephemeral servers that killed processes of this user left behind.

    They are in `parent`, which is the folder of temporary files unless it is given.
    """
    for folder in (parent or Path(tempfile.gettempdir())).glob(f"{EPHEMERAL_PREFIX}*"):
        if (folder / "postgres.users").exists() and folder.stat().st_uid == os.geteuid():
            server = EmbeddedPostgres(folder, ephemeral=True)
            server._hold()  # noqa: SLF001 - to leave again, perhaps as the last
            server.stop()


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
