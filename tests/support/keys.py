"""The secret that all tests of one process share, as an installation's processes do."""

from collections.abc import Iterator
from contextlib import contextmanager

from tongbao.infra.crypto import process

FIELD_KEY = "dGhlIGtleSBvZiBzZWFsZWQgZmllbGRzIGluIHRlc3Q="
SECRET_KEY = "the-secret-of-the-tests-and-of-nobody-else"


@contextmanager
def own_keys() -> Iterator[None]:
    """Let the block use other keys of sealed fields than the other tests of this process."""
    before = list(process._sources), list(process._installed)
    try:
        yield
    finally:
        process._sources[:], process._installed[:] = before
