"""How xdist hands out tests: file by file, so that what a file's tests share is set up once."""

from xdist.scheduler import LoadScopeScheduling

# Each test of these takes tens of seconds and shares little with its neighbours.
ALONE = ("tests/contract/test_schemathesis.py", "tests/recovery/test_run.py")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """A worker gets a whole file at a time; tests of `ALONE` are handed out one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in ALONE else file
