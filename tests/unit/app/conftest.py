"""Commands run in this process, each test with the environment it sets."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.support.bank import trained
from tests.support.keys import FIELD_KEY, own_keys
from tests.support.logs import own_logs
from tongbao.app.cli import main
from tongbao.infra.postgres import Urls

__all__ = ["trained"]


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Tongbao = Callable[..., Ended]


@pytest.fixture
def tongbao(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Tongbao]:
    """Run `tongbao ARGUMENTS`."""
    for name in os.environ:
        if name.startswith("TONGBAO_") and not name.startswith("TONGBAO_TEST_"):
            monkeypatch.delenv(name)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["tongbao", *map(str, arguments)])
        try:
            status = main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        return Ended(status, *capsys.readouterr())

    with own_logs(), own_keys():
        yield run


@pytest.fixture
def of_its_own(monkeypatch: pytest.MonkeyPatch, fresh_database: Callable[..., Urls]) -> Urls:
    """Give the commands a database of this test's own."""
    urls = fresh_database()
    monkeypatch.setenv("TONGBAO_DATABASE_URL", urls.app)
    monkeypatch.setenv("TONGBAO_MIGRATION_DATABASE_URL", urls.owner)
    monkeypatch.setenv("TONGBAO_FIELD_KEYS", FIELD_KEY)
    return urls
