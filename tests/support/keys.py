"""The secret that all tests of one process share, as an installation's processes do."""

from collections.abc import Iterator
from contextlib import contextmanager

from tongbao.infra.crypto import installed

FIELD_KEY = "dGhlIGtleSBvZiBzZWFsZWQgZmllbGRzIGluIHRlc3Q="
SECRET_KEY = "the-secret-of-the-tests-and-of-nobody-else"


@contextmanager
def own_keys() -> Iterator[None]:
    """Let the block use other keys of sealed fields than the other tests of this process."""
    before = list(installed._sources), list(installed._installed)
    try:
        yield
    finally:
        installed._sources[:], installed._installed[:] = before
