"""Programs that are given the wrong keys of sealed fields refuse to start, in words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.keys import FIELD_KEY
from tests.support.programs import answers, free_port, program
from tongbao.infra.postgres import Urls

ANOTHER = "YW5vdGhlciBrZXkgb2Ygc2VhbGVkIGZpZWxkcyEhISE="


def environment(urls: Urls, **more: str) -> dict[str, str]:
    return {
        "TONGBAO_DATABASE_URL": urls.app,
        "TONGBAO_DATABASE_ROLE": "tongbao_app",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest.mark.parametrize("part", ["serve", "worker"])
def test_another_key_is_refused(urls: Urls, tmp_path: Path, part: str) -> None:
    given = environment(urls, TONGBAO_FIELD_KEYS=ANOTHER, TONGBAO_PORT=str(free_port()))
    with program(part, environment=given, log=tmp_path / "log") as started:
        assert started.process.wait(60) == 1
        assert "Bring back the right keys; do not make new ones." in started.said()
        assert "Traceback" not in started.said()
        assert ANOTHER not in started.said()


@pytest.mark.parametrize("part", ["serve", "worker"])
def test_a_lost_key_file_is_refused_and_none_is_made(urls: Urls, tmp_path: Path, part: str) -> None:
    lost = tmp_path / "fields.key"
    given = environment(urls, TONGBAO_FIELD_KEY_FILE=str(lost))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TONGBAO_FIELD_KEYS")
        with program(part, environment=given, log=tmp_path / "log") as started:
            assert started.process.wait(60) == 1
            assert str(lost) in started.said()
            assert "Traceback" not in started.said()
    assert not lost.exists()


def test_the_right_key_beside_a_further_one_serves(urls: Urls, tmp_path: Path) -> None:
    port = free_port()
    both = f"{FIELD_KEY},{ANOTHER}"
    given = environment(urls, TONGBAO_FIELD_KEYS=both, TONGBAO_PORT=str(port))
    with program("serve", environment=given, log=tmp_path / "log") as api:
        ready = f"http://127.0.0.1:{port}/health/ready"
        api.wait_until(lambda: answers(ready), "readiness")
